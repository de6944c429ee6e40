import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';

/** Bodies of refusals, in the shape of API Gateway's own, because clients know that one. */
export const refusals = {
  'too-many-requests': { contentType: 'APPLICATION_JSON', content: '{"message":"Too Many Requests"}' },
} as const;

/** How long the firewall looks back when it counts requests, the longest but one that AWS WAF offers. */
const windowSeconds = 300;
/**
 * Requests of one address in that time. An office or a mobile network may be one address with hundreds of people, so it
 * is 25 a second: what one machine can do to the API, not what one person does.
 */
const requestsPerAddress = 7_500;
/** Of those, sign-ins, registrations and the like: one a second. The API itself counts them by account. */
const signInsPerAddress = 300;

interface Managed {
  readonly name: string;
  /** Rules of the group that are counted only, and why beside them. */
  readonly counted?: readonly string[];
  readonly config?: CfnWebACL.ManagedRuleGroupConfigProperty;
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
const managed: readonly Managed[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList' },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet' },
  // 8 KB is less than the API takes; its functions refuse larger bodies themselves.
  { name: 'AWSManagedRulesCommonRuleSet', counted: ['SizeRestrictions_BODY'] },
  {
    name: 'AWSManagedRulesBotControlRuleSet',
    // An API is for programs: apps and scripts are no browsers, and say so. What they do is limited by account.
    counted: ['CategoryHttpLibrary', 'SignalNonBrowserUserAgent'],
    config: { awsManagedRulesBotControlRuleSet: { inspectionLevel: 'COMMON' } },
  },
];

/** In this order; the counters come first because they cost least. */
export const firewallRules: CfnWebACL.RuleProperty[] = [
  countingRule('SignInsPerAddress', signInsPerAddress, {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'STARTS_WITH',
      searchString: '/auth/',
      textTransformations: [{ priority: 0, type: 'URL_DECODE' }],
    },
  }),
  countingRule('RequestsPerAddress', requestsPerAddress),
  ...managed.map(managedRule),
].map((rule, priority) => ({ ...rule, priority }));

type Rule = Omit<CfnWebACL.RuleProperty, 'priority'>;

function countingRule(name: string, limit: number, scopeDownStatement?: CfnWebACL.StatementProperty): Rule {
  const counted = { limit, aggregateKeyType: 'IP', evaluationWindowSec: windowSeconds };
  return {
    name,
    statement: { rateBasedStatement: { ...counted, ...(scopeDownStatement && { scopeDownStatement }) } },
    action: { block: { customResponse: { responseCode: 429, customResponseBodyKey: 'too-many-requests' } } },
    visibilityConfig: visibility(name),
  };
}

function managedRule({ name, counted = [], config }: Managed): Rule {
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        ...(config && { managedRuleGroupConfigs: [config] }),
      },
    },
    // The actions of the group's own rules.
    overrideAction: { none: {} },
    visibilityConfig: visibility(name),
  };
}

export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
