import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { firewallRules, refusals, visibility } from './firewall-rules.ts';
import { plainSynthesizer } from './plain-synthesizer.ts';
import type { Settings } from './settings.ts';

/**
 * The firewall that stands before the edge: a stack of its own, because AWS takes firewalls for CloudFront in us-east-1
 * only. (A regional one, beside the API, is not to be had: AWS WAF does not protect HTTP APIs.)
 */
export class FirewallStack extends Stack {
  public readonly webAclArn: string;

  constructor(scope: Construct, id: string, settings: Pick<Settings, 'stage' | 'ephemeral' | 'logRetentionDays'>) {
    super(scope, id, {
      description: `Evently (${settings.stage}): the firewall before the edge`,
      env: { region: 'us-east-1' },
      terminationProtection: !settings.ephemeral,
      synthesizer: plainSynthesizer(),
    });

    const webAcl = new CfnWebACL(this, 'WebAcl', {
      description: `Evently ${settings.stage}`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: firewallRules,
      customResponseBodies: refusals,
      // As much as the API takes as a body.
      associationConfig: { requestBody: { CLOUDFRONT: { defaultSizeInspectionLimit: 'KB_64' } } },
      visibilityConfig: visibility('Evently'),
    });
    this.webAclArn = webAcl.attrArn;

    const logGroup = new LogGroup(this, 'Logs', {
      // AWS WAF writes to groups with this beginning only.
      logGroupName: `aws-waf-logs-evently-${settings.stage}`,
      retention: settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [
        this.formatArn({
          service: 'logs',
          resource: 'log-group',
          // Not the ARN that the group has itself, which ends with an asterisk.
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [{ singleHeader: { Name: 'authorization' } }, { singleHeader: { Name: 'cookie' } }],
      // Of what it lets through, the API has a log.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }, { ActionCondition: { Action: 'COUNT' } }],
          },
        ],
      },
    });
  }
}
