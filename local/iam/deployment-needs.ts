import { StackError } from '../stack-error.ts';
import type { ResolvedTemplate } from '../template.ts';
import type { Policies } from './policies.ts';
import { type Need, trustNeed } from './start-checks.ts';

/**
 * What CodeDeploy does to bring a new version into an alias. The template does not say which alias a deployment group
 * is for (an update policy does, outside of the properties), so there has to be one of each.
 *
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
 */
export function deploymentNeeds(template: ResolvedTemplate, policies: Policies): Need[] {
  const groups = template.of('AWS::CodeDeploy::DeploymentGroup');
  const aliases = template.of('AWS::Lambda::Alias');
  const [alias] = aliases;
  if (groups.length === 0) return [];
  if (!alias || aliases.length > 1 || groups.length > 1) {
    throw new StackError('The local stack knows one AWS::CodeDeploy::DeploymentGroup with one AWS::Lambda::Alias.');
  }
  const isProvisioned = alias.properties.ProvisionedConcurrencyConfig !== undefined;
  const functionArn = alias.ref.split(':').slice(0, 7).join(':');
  const alarmArns = template.of('AWS::CloudWatch::Alarm').map(({ ref, attributes }) => [ref, attributes.Arn] as const);
  return groups.flatMap(({ logicalId, properties }) => {
    const where = `${logicalId} (AWS::CodeDeploy::DeploymentGroup)`;
    const caller = policies.callerOf(properties.ServiceRoleArn, where);
    const needOf = (action: string, resource: string): Need => ({ where, caller, access: { action, resource } });
    const watched = properties.AlarmConfiguration?.Alarms ?? [];
    return [
      trustNeed(where, caller, 'codedeploy.amazonaws.com', {}),
      needOf('lambda:GetAlias', functionArn),
      needOf('lambda:UpdateAlias', functionArn),
      ...(isProvisioned ? [needOf('lambda:GetProvisionedConcurrencyConfig', alias.ref)] : []),
      ...watched.map(({ Name: name }) => {
        const arn = new Map(alarmArns).get(name);
        if (!arn) throw new StackError(`${where} watches the alarm ${name}, which is not in the template.`);
        return needOf('cloudwatch:DescribeAlarms', arn);
      }),
    ];
  });
}
