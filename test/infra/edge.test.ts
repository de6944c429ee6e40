import { runInNewContext } from 'node:vm';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { createApp } from '../../lib/app.ts';
import { covers, edgePaths } from '../../lib/edge-paths.ts';
import { groups } from '../../lib/functions.ts';
import { readAssembly } from '../../local/synthesize.ts';
import { makeStack, ofFunction, only, resources, synthesize, target, temporaryFolder } from './synthesized.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/evently/1';
const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/abc';
const context = { stage: 'prod', edge: 'true', region: 'eu-central-1' };

/** The stack with its edge, before a firewall that is elsewhere. */
function withEdge(settings: Record<string, unknown> = {}): Template {
  vi.stubEnv('CDK_VALIDATION', 'false');
  return Template.fromStack(makeStack({ ...context, ...settings }, { webAclArn }).stack);
}

const template = withEdge();
const distribution = only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
const passed = distribution.DefaultCacheBehavior;
interface Behavior {
  readonly PathPattern: string;
  readonly CachePolicyId: unknown;
  readonly OriginRequestPolicyId?: string;
}
const behaviors: readonly Behavior[] = distribution.CacheBehaviors;
const behaviorOf = (path: string) => behaviors.find(({ PathPattern }) => covers(PathPattern, path)) ?? passed;
const cachePolicyId = Object.keys(resources(template, 'AWS::CloudFront::CachePolicy'))[0];
const isCached = (behavior: Behavior) => target(behavior.CachePolicyId) === cachePolicyId;
/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

test('without -c edge=true there is none of it', () => {
  const types = Object.values<{ Type: string }>(synthesize({ stage: 'prod' }).toJSON().Resources);
  expect(types.filter(({ Type }) => /CloudFront|WAF|SecretsManager/.test(Type))).toEqual([]);
  expect(JSON.stringify(synthesize({ stage: 'prod' }).toJSON())).not.toMatch(/EDGE_KEYS|VIEWER_ADDRESS_HEADER/);
});

describe('CloudFront', () => {
  test('speaks HTTP/2 and HTTP/3 over TLS alone, and compresses', () => {
    expect(distribution).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true, WebACLId: webAclArn });
    for (const behavior of [passed, ...behaviors]) {
      expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'https-only', Compress: true });
    }
    expect(distribution.Origins).toHaveLength(1);
    expect(distribution.Origins[0].CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
  });

  test.each(operations)('$operationId is cached only if the contract says so', (operation) => {
    const behavior = behaviorOf(operation.path.replaceAll(/\{\w+\}/g, 'some_id'));
    expect(isCached(behavior)).toBe('cache' in operation);
    if (isCached(behavior)) return;
    expect(behavior.CachePolicyId).toBe(cachingDisabled);
    expect(behavior.OriginRequestPolicyId).toBe(allViewerExceptHostHeader);
  });

  test('caches as long as Cache-Control says, and what does not say it not at all', () => {
    const { CachePolicyConfig: policy } = only(template, 'AWS::CloudFront::CachePolicy').Properties;
    expect(policy).toMatchObject({ MinTTL: 0, DefaultTTL: 0 });
  });

  test('sends nothing on that says who asks where it caches, so nothing personal is ever kept', () => {
    const { ParametersInCacheKeyAndForwardedToOrigin: parameters } = only(template, 'AWS::CloudFront::CachePolicy')
      .Properties.CachePolicyConfig;
    expect(parameters).toEqual({
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'all' },
    });
    const cached = behaviors.filter(isCached);
    expect(cached.length).toBeGreaterThan(2);
    for (const behavior of cached) expect(behavior.OriginRequestPolicyId).toBeUndefined();
  });

  test('tells who asks, whatever the client says', () => {
    const { FunctionCode: code } = only(template, 'AWS::CloudFront::Function').Properties;
    const event = {
      viewer: { ip: '2001:db8::1' },
      request: { headers: { 'x-viewer-address': { value: 'forged' }, accept: { value: 'text/html' } } },
    };
    expect(runInNewContext(`${code}; handler(event)`, { event })).toEqual({
      headers: { 'x-viewer-address': { value: '[2001:db8::1]' }, accept: { value: 'text/html' } },
    });
    const header = ofFunction(template, 'AWS::Lambda::Function', 'account').Properties.Environment.Variables;
    expect(header.VIEWER_ADDRESS_HEADER).toBe('x-viewer-address');
    for (const behavior of [passed, ...behaviors].filter((one) => !isCached(one))) {
      expect(behavior.FunctionAssociations).toHaveLength(1);
    }
  });

  test('has a name of its own, with TLS 1.2 at least, where one is given', () => {
    const made = withEdge({ edgeDomain: 'tickets.example.com', edgeCertificateArn: certificate });
    expect(only(made, 'AWS::CloudFront::Distribution').Properties.DistributionConfig).toMatchObject({
      Aliases: ['tickets.example.com'],
      ViewerCertificate: { AcmCertificateArn: certificate, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
    expect(made.toJSON().Outputs.ApiUrl.Value).toBe('https://tickets.example.com');
  });

  test('is the address that clients are told, and administrators are told that of the API', () => {
    const parameter = (name: string) =>
      Object.values(resources(template, 'AWS::SSM::Parameter')).find(
        ({ Properties }) => Properties.Name === `/evently/prod/${name}`,
      )?.Properties.Value;
    expect(target(parameter('api-url'))).toMatch(/^EdgeDistribution/);
    expect(target(parameter('admin-url'))).toMatch(/^ApiHttp/);
    expect(template.toJSON().Outputs.ApiUrl.Value).toEqual(parameter('api-url'));
  });
});

describe('the API behind it', () => {
  const keysOf = (made: Template, group: (typeof groups)[number]) =>
    ofFunction(made, 'AWS::Lambda::Function', group).Properties.Environment.Variables.EDGE_KEYS;

  test('is told the key that CloudFront sends, and no template has it', () => {
    const [header] = distribution.Origins[0].OriginCustomHeaders;
    expect(header.HeaderName).toBe('x-origin-verify');
    expect(JSON.stringify(header.HeaderValue)).toContain('{{resolve:secretsmanager:');
    for (const group of groups.filter((name) => name !== 'admin')) {
      expect(keysOf(template, group)).toEqual(header.HeaderValue);
    }
  });

  test('asks administrators for a signature instead, which is for the address of the API', () => {
    expect(keysOf(template, 'admin')).toBeUndefined();
    const ofAdmin = operations.filter(({ group }) => group === 'admin');
    for (const { auth } of ofAdmin) expect(auth).toBe('iam');
    for (const { auth, group } of operations) if (auth === 'iam') expect(group).toBe('admin');
  });

  test('knows the key before as well while a new one comes', () => {
    const made = withEdge({ edgeKey: 2 });
    const keyOf = (value: unknown) => [...JSON.stringify(value).matchAll(/EdgeKeysKey(\d)/g)].map(([, key]) => key);
    const { Origins: origins } = only(made, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
    expect(keyOf(origins[0].OriginCustomHeaders)).toEqual(['2']);
    expect(keyOf(keysOf(made, 'booking'))).toEqual(['2', '1']);
    expect(Object.keys(resources(made, 'AWS::SecretsManager::Secret'))).toHaveLength(2);
  });

  test('knows a new key before CloudFront sends it, the booking function after its canary', () => {
    const { DependsOn: before } = only(template, 'AWS::CloudFront::Distribution');
    for (const type of ['AWS::Lambda::Alias', 'AWS::SecretsManager::Secret']) {
      const [id] = Object.keys(resources(template, type));
      if (type === 'AWS::Lambda::Alias') expect(before).toContain(id);
    }
    for (const group of groups) expect(before?.some((id) => id.startsWith(`${group}Function`))).toBe(true);
  });
});

describe('the firewall', () => {
  const folder = temporaryFolder();
  let firewall: Template;
  let assembly: { artifacts: Record<string, { environment?: string }> };
  beforeAll(() => {
    vi.stubEnv('CDK_VALIDATION', 'false');
    const app = createApp({ outdir: folder, context });
    assembly = app.synth().manifest as unknown as typeof assembly;
    firewall = Template.fromJSON(app.synth().getStackByName('Evently-prod-Firewall').template);
  });
  const rulesOf = () => only(firewall, 'AWS::WAFv2::WebACL').Properties.Rules;

  test('is a stack in us-east-1, because firewalls for CloudFront have to be there', () => {
    expect(assembly.artifacts['Evently-prod-Firewall']?.environment).toBe('aws://unknown-account/us-east-1');
    expect(assembly.artifacts['Evently-prod']?.environment).toBe('aws://unknown-account/eu-central-1');
    expect(only(firewall, 'AWS::WAFv2::WebACL').Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      AssociationConfig: { RequestBody: { CLOUDFRONT: { DefaultSizeInspectionLimit: 'KB_64' } } },
    });
  });

  test('limits each address, sign-ins more than the rest, and answers as API Gateway does', () => {
    const [signIns, requests] = rulesOf();
    expect(signIns.Statement.RateBasedStatement).toMatchObject({ Limit: 300, EvaluationWindowSec: 300 });
    expect(signIns.Statement.RateBasedStatement.ScopeDownStatement.ByteMatchStatement.SearchString).toBe('/auth/');
    expect(requests.Statement.RateBasedStatement).toMatchObject({ Limit: 7_500, AggregateKeyType: 'IP' });
    for (const rule of [signIns, requests]) expect(rule.Action.Block.CustomResponse.ResponseCode).toBe(429);
  });

  test('has the managed rules, and control of bots that lets programs through', () => {
    const groupsOf = rulesOf().flatMap(
      (rule: { Statement: { ManagedRuleGroupStatement?: { Name: string } } }) =>
        rule.Statement.ManagedRuleGroupStatement ?? [],
    );
    expect(groupsOf.map(({ Name }: { Name: string }) => Name)).toEqual([
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesBotControlRuleSet',
    ]);
    expect(groupsOf[2].RuleActionOverrides).toEqual([{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }]);
    expect(groupsOf[3].RuleActionOverrides.map(({ Name }: { Name: string }) => Name)).toEqual([
      'CategoryHttpLibrary',
      'SignalNonBrowserUserAgent',
    ]);
  });

  test('logs what it refuses, without tokens', () => {
    const logging = only(firewall, 'AWS::WAFv2::LoggingConfiguration').Properties;
    expect(logging.RedactedFields).toEqual([
      { SingleHeader: { Name: 'authorization' } },
      { SingleHeader: { Name: 'cookie' } },
    ]);
    expect(only(firewall, 'AWS::Logs::LogGroup').Properties.LogGroupName).toMatch(/^aws-waf-logs-/);
  });

  test('is not to be run on one machine: the local stack says so and names it', () => {
    expect(() => readAssembly(folder)).toThrow(/Evently-prod-Firewall/);
  });
});

describe('paths', () => {
  test('below one that is cached go before it', () => {
    const line = (path: `/${string}`, cache?: 'catalog') => ({
      method: 'GET' as const,
      path,
      auth: 'public' as const,
      cache,
    });
    expect(edgePaths([line('/a', 'catalog'), line('/a/{id}', 'catalog'), line('/a/{id}/b'), line('/c/{id}')])).toEqual([
      { pattern: '/a/*/b', isCached: false },
      { pattern: '/a/*', isCached: true },
      { pattern: '/a', isCached: true },
    ]);
  });

  test('are never cached where they are for one person', () => {
    const mine = { method: 'GET', path: '/mine', auth: 'user', cache: 'catalog' } as const;
    expect(() => edgePaths([mine])).toThrow('not for everybody');
    const shared = { method: 'GET', path: '/a/{id}', auth: 'public', cache: 'catalog' } as const;
    expect(() => edgePaths([shared, { method: 'GET', path: '/a/{other}', auth: 'user' }])).toThrow('cached for others');
  });
});

test.each([
  { edge: 'true' },
  { edge: 'true', region: 'Frankfurt' },
  { edge: 'true', region: 'eu-central-1', edgeDomain: 'tickets.example.com' },
  { edge: 'true', region: 'eu-central-1', edgeCertificateArn: certificate },
  {
    edge: 'true',
    region: 'eu-central-1',
    edgeDomain: 't.example.com',
    edgeCertificateArn: certificate.replace('us-east-1', 'eu-west-1'),
  },
])('a setting that does not fit is refused: %o', (settings) => {
  vi.stubEnv('CDK_DEFAULT_REGION', undefined);
  expect(() => withEdge({ region: undefined, ...settings })).toThrow(/region|edge/);
});
