import { describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { groups } from '../../lib/functions.ts';
import { matchesPattern } from '../../local/pattern.ts';
import { ofFunction, only, resources, synthesize, target } from './synthesized.ts';

const template = synthesize();
const routes = Object.values(resources(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);
const routeOf = (routeKey: string) => routes.find((route) => route.RouteKey === routeKey);

/** The group whose function answers on a route. */
function groupBehind(route: { Target: unknown }): string | undefined {
  const integration = resources(template, 'AWS::ApiGatewayV2::Integration')[target(route.Target) ?? ''];
  const calledId = target(integration?.Properties.IntegrationUri) ?? '';
  const alias = resources(template, 'AWS::Lambda::Alias')[calledId];
  const functionId = alias ? target(alias.Properties.FunctionName) : calledId;
  return groups.find((group) => functionId?.startsWith(`${group}Function`));
}

describe.each(operations)('$operationId', ({ method, path, auth, group }) => {
  const route = routeOf(`${method} ${path}`);

  test(`is a route to the function ${group}`, () => {
    expect(route).toBeDefined();
    expect(groupBehind(route)).toBe(group);
  });

  test(`lets in who the contract says: ${auth}`, () => {
    const expected = { public: 'NONE', user: 'JWT', organizer: 'JWT', iam: 'AWS_IAM' };
    expect(route.AuthorizationType).toBe(expected[auth]);
    if (expected[auth] === 'JWT') {
      expect(Object.keys(resources(template, 'AWS::ApiGatewayV2::Authorizer'))).toContain(target(route.AuthorizerId));
      expect(route.AuthorizationScopes, 'an ID token has no scope').toEqual(['aws.cognito.signin.user.admin']);
    } else {
      expect(route.AuthorizerId).toBeUndefined();
    }
  });
});

test('there is no route beside the contract and $default', () => {
  const expected = operations.map(({ method, path }) => `${method} ${path}`);
  expect(routes.map((route) => route.RouteKey).sort()).toEqual([...expected, '$default'].sort());
});

test('what matches no operation is answered by the function system, without authorization', () => {
  const route = routeOf('$default');
  expect(groupBehind(route)).toBe('system');
  expect(route.AuthorizationType).toBe('NONE');
});

test('tokens are those of the user pool, for its one client, sent as Authorization header', () => {
  const { Properties: authorizer } = only(template, 'AWS::ApiGatewayV2::Authorizer');
  const [clientId] = Object.keys(resources(template, 'AWS::Cognito::UserPoolClient'));
  const [poolId] = Object.keys(resources(template, 'AWS::Cognito::UserPool'));
  expect(authorizer).toMatchObject({ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] });
  expect(authorizer.JwtConfiguration.Audience).toEqual([{ Ref: clientId }]);
  expect(JSON.stringify(authorizer.JwtConfiguration.Issuer)).toContain('https://cognito-idp.');
  expect(JSON.stringify(authorizer.JwtConfiguration.Issuer)).toContain(poolId);
});

test('each function has integrations with payload format 2.0 and permissions for this API alone', () => {
  const integrations = Object.values(resources(template, 'AWS::ApiGatewayV2::Integration'));
  for (const { Properties } of integrations) {
    expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  }
  const permissions = Object.values(resources(template, 'AWS::Lambda::Permission'));
  // One for each function's operations, and one for `$default`.
  expect(integrations).toHaveLength(groups.length + 1);
  expect(permissions).toHaveLength(groups.length + 1);
  expect(new Set(permissions.map(({ Properties }) => target(Properties.FunctionName))).size).toBe(groups.length);
  const [apiId = ''] = Object.keys(resources(template, 'AWS::ApiGatewayV2::Api'));
  for (const { Properties } of permissions) {
    expect(Properties.Principal).toBe('apigateway.amazonaws.com');
    expect(JSON.stringify(Properties.SourceArn)).toContain(apiId);
  }
});

test('API Gateway may invoke the function behind $default, whose requests name no method and no path', () => {
  const permissions = Object.values(resources(template, 'AWS::Lambda::Permission'));
  const sources = permissions.map(({ Properties }) => Properties.SourceArn['Fn::Join'][1].at(-1));
  expect(sources.filter((source) => source === '/*/*')).toHaveLength(1);
});

test('the stage throttles, deploys itself and writes access logs as JSON that are not kept for ever', () => {
  const { Properties: stage } = only(template, 'AWS::ApiGatewayV2::Stage');
  expect(stage).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 5_000 },
  });
  expect(JSON.parse(stage.AccessLogSettings.Format)).toMatchObject({
    requestId: '$context.requestId',
    routeKey: '$context.routeKey',
    status: '$context.status',
  });
  const logGroup = resources(template, 'AWS::Logs::LogGroup')[target(stage.AccessLogSettings.DestinationArn) ?? ''];
  expect(logGroup?.Properties.RetentionInDays).toBe(14);
});

describe('routes to sign in', () => {
  const routeKeys = operations
    .filter(({ path }) => path.startsWith('/auth/'))
    .map(({ method, path }) => `${method} ${path}`);
  const settingsOf = (made: ReturnType<typeof synthesize>) =>
    only(made, 'AWS::ApiGatewayV2::Stage').Properties.RouteSettings;

  test('are throttled more than the others, below what a user pool answers, and made before the stage', () => {
    const limits = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 500 };
    expect(settingsOf(template)).toEqual(Object.fromEntries(routeKeys.map((routeKey) => [routeKey, limits])));
    const made = Object.entries(resources(template, 'AWS::ApiGatewayV2::Route'));
    const ids = made.filter(([, { Properties }]) => routeKeys.includes(Properties.RouteKey)).map(([id]) => id);
    expect(only(template, 'AWS::ApiGatewayV2::Stage').DependsOn).toEqual(expect.arrayContaining(ids));
  });

  test('let as many through as the context says', () => {
    const settings = settingsOf(synthesize({ authThrottleRate: '7' }));
    expect(settings['POST /auth/login']).toEqual({ ThrottlingRateLimit: 7, ThrottlingBurstLimit: 35 });
  });
});

describe('quotas of the context', () => {
  const environmentOf = (context: Record<string, unknown>, name: 'booking' | 'account') =>
    ofFunction(synthesize(context), 'AWS::Lambda::Function', name).Properties.Environment.Variables;

  test('are told to the functions that count; without any these have their own', () => {
    const rateLimits = 'bookings:60,logins-per-address:500';
    for (const name of ['booking', 'account'] as const) {
      expect(environmentOf({}, name)).not.toHaveProperty('RATE_LIMITS');
      const told = environmentOf({ rateLimits }, name).RATE_LIMITS;
      expect(JSON.parse(told)).toEqual({ bookings: 60, 'logins-per-address': 500 });
    }
  });

  test('stop the synthesis where one is not known', () => {
    expect(() => synthesize({ rateLimits: 'booking:60' })).toThrow(/rateLimits/);
  });

  test('no header tells the address of a client where no edge sets it', () => {
    expect(environmentOf({}, 'account')).not.toHaveProperty('VIEWER_ADDRESS_HEADER');
  });
});

describe('the managed policy EventlyAdmin', () => {
  const { PolicyDocument } = only(template, 'AWS::IAM::ManagedPolicy').Properties;
  const [apiId = ''] = Object.keys(resources(template, 'AWS::ApiGatewayV2::Api'));

  test('permits every operation for IAM principals and nothing else', () => {
    expect(PolicyDocument.Statement).toHaveLength(1);
    const [statement] = PolicyDocument.Statement;
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    const permitted = (statement.Resource as unknown[]).map(
      (resource) => /\/\*\/[^"]*/.exec(JSON.stringify(resource))?.[0] ?? '',
    );
    const isPermitted = (method: string, path: string) =>
      permitted.some((pattern) => matchesPattern(pattern, `/$default/${method}${path.replace(/\{\w+\}/, 'some-id')}`));
    for (const { auth, method, path } of operations) expect(isPermitted(method, path), path).toBe(auth === 'iam');
    for (const pattern of permitted) {
      expect(permitted.filter((other) => matchesPattern(other, pattern))).toEqual([pattern]);
    }
  });

  test('names this API in every resource', () => {
    for (const resource of PolicyDocument.Statement[0].Resource) expect(JSON.stringify(resource)).toContain(apiId);
  });

  test('permits no path outside /admin', () => {
    for (const resource of PolicyDocument.Statement[0].Resource) {
      expect(JSON.stringify(resource)).toMatch(/"\/\*\/[A-Z]+\/admin\//);
    }
  });
});

test('the outputs are what clients and administrators need', () => {
  expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
    'AdminPolicyArn',
    'AdminUrl',
    'ApiUrl',
    'TableName',
    'UserPoolClientId',
    'UserPoolId',
  ]);
});
