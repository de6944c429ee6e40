import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type IFunction, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { arnInFindings } from '../arn-in-findings.ts';
import type { Settings } from '../settings.ts';

export interface CanaryDeploymentProps {
  readonly function: LambdaFunction;
  readonly settings: Pick<Settings, 'canary' | 'provisionedConcurrency'>;
}

/** What callers name in place of the function. */
const aliasName = 'live';

/**
 * The alias `live` of a function, which callers use in its place. A new version gets 10% of the calls for five minutes
 * and then all of them; when an alarm begins meanwhile, all go back to the version before.
 */
export class CanaryDeployment extends Construct {
  /** In place of the function. */
  public readonly alias: IFunction;
  private readonly group: LambdaDeploymentGroup;
  private readonly isGuarded: boolean;

  constructor(scope: Construct, id: string, props: CanaryDeploymentProps) {
    super(scope, id);
    const { canary, provisionedConcurrency } = props.settings;
    this.isGuarded = canary;

    const alias = new Alias(this, 'Alias', {
      aliasName,
      // The library's own classes and interfaces differ in `undefined`, which `exactOptionalPropertyTypes` minds.
      version: props.function.currentVersion as IVersion,
      ...(provisionedConcurrency && { provisionedConcurrentExecutions: provisionedConcurrency }),
    });
    this.alias = alias as IFunction;

    const { role, policy } = this.addRole(props.function, provisionedConcurrency !== undefined);
    const { CANARY_10PERCENT_5MINUTES, ALL_AT_ONCE } = LambdaDeploymentConfig;
    this.group = new LambdaDeploymentGroup(this, 'DeploymentGroup', {
      alias,
      deploymentConfig: canary ? CANARY_10PERCENT_5MINUTES : ALL_AT_ONCE,
      // The library would add a managed policy for all functions of the account.
      role: role.withoutPolicyUpdates(),
    });
    this.group.node.addDependency(policy);
  }

  /** Rolls a new version back when one of the alarms begins; without `canary` they are not looked at. */
  rollBackOn(alarms: readonly Alarm[]): void {
    if (this.isGuarded) for (const alarm of alarms) this.group.addAlarm(alarm);
  }

  /** What AWSCodeDeployRoleForLambdaLimited gives, for this function alone, and without hooks, which there are none. */
  private addRole(target: LambdaFunction, isProvisioned: boolean) {
    const role = new Role(this, 'DeploymentGroupRole', { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    const { stack } = target;
    const alarms = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const statements = [
      new PolicyStatement({ actions: ['lambda:GetAlias', 'lambda:UpdateAlias'], resources: [target.functionArn] }),
    ];
    if (isProvisioned) {
      const resources = [`${target.functionArn}:${aliasName}`];
      statements.push(new PolicyStatement({ actions: ['lambda:GetProvisionedConcurrencyConfig'], resources }));
    }
    if (this.isGuarded) {
      statements.push(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: [alarms] }));
    }
    const policy = new Policy(this, 'DeploymentGroupPolicy', { roles: [role], statements });
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${arnInFindings(Stack.of(this), alarms)}]`,
      reason: 'CodeDeploy lists alarms; the permission is to read their state, and no more.',
    });
    return { role, policy };
  }
}
