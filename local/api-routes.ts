import type { ApiRoute, Authorize } from './http-api.ts';
import type { LambdaFunction } from './lambda.ts';
import { matchesPattern } from './pattern.ts';
import { StackError } from './stack-error.ts';
import type { ResolvedTemplate, Resource } from './template.ts';
import type { ThrottleLimits } from './throttle.ts';

export interface Wiring {
  /** By their ARN; an alias has another. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** By the id of the authorizer. */
  readonly jwtAuthorizers: ReadonlyMap<string, Authorize>;
  readonly iamAuthorizer: Authorize;
}

/**
 * The routes of a template with what stands behind them.
 *
 * @throws {StackError} where a route leads nowhere, or has an authorizer that is not there.
 */
export function apiRoutes(template: ResolvedTemplate, wiring: Wiring): ApiRoute[] {
  const integrations = new Map(
    template
      .of('AWS::ApiGatewayV2::Integration')
      .map((integration) => [`integrations/${integration.ref}`, integration]),
  );
  const throttleOf = throttles(template);
  return template.of('AWS::ApiGatewayV2::Route').map((route) => {
    const integration = integrations.get(route.properties.Target);
    const target = integration && wiring.functions.get(functionBehind(integration.properties.IntegrationUri));
    if (!integration || !target) throw new StackError(`${route.properties.RouteKey} leads to no function.`);
    const authorize = authorizerOf(route, wiring);
    const { RouteKey: routeKey, AuthorizationScopes: scopes } = route.properties;
    const timeoutMs = integration.properties.TimeoutInMillis;
    return {
      routeKey,
      function: target,
      timeoutMs,
      ...(authorize && { authorize }),
      ...(scopes && { scopes }),
      ...throttleOf(routeKey),
    };
  });
}

/** What the stage sets for a route, or else for each. @throws {StackError} where it sets something for no route */
function throttles(template: ResolvedTemplate): (routeKey: string) => { throttle?: ThrottleLimits } {
  const [stage] = template.of('AWS::ApiGatewayV2::Stage');
  const { DefaultRouteSettings: forAll, RouteSettings: byRoute = {} } = stage?.properties ?? {};
  const routeKeys = template.of('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
  const lost = Object.keys(byRoute).find((routeKey) => !routeKeys.includes(routeKey));
  if (lost !== undefined) throw new StackError(`The stage has settings for ${lost}, which is no route.`);
  return (routeKey) => {
    const settings = byRoute[routeKey] ?? forAll;
    if (!settings) return {};
    return { throttle: { rate: settings.ThrottlingRateLimit, burst: settings.ThrottlingBurstLimit } };
  };
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`, without the alias that may follow. */
function functionBehind(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}

function authorizerOf({ properties }: Resource<'AWS::ApiGatewayV2::Route'>, wiring: Wiring): Authorize | undefined {
  if (properties.AuthorizationType === 'NONE') return undefined;
  if (properties.AuthorizationType === 'AWS_IAM') return wiring.iamAuthorizer;
  const authorize = wiring.jwtAuthorizers.get(properties.AuthorizerId ?? '');
  if (!authorize) throw new StackError(`${properties.RouteKey} names an authorizer that is not in the template.`);
  return authorize;
}

/**
 * The routes whose function API Gateway may not invoke: AWS answers 500 on them.
 *
 * @param executeArn - `arn:aws:execute-api:<region>:<account>:<api>`
 */
export function routesWithoutPermission(template: ResolvedTemplate, executeArn: string): string[] {
  const permissions = template
    .of('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
  const functionOf = new Map(
    template
      .of('AWS::ApiGatewayV2::Integration')
      .map(({ ref, properties }): [string, string] => [`integrations/${ref}`, properties.IntegrationUri]),
  );
  return template
    .of('AWS::ApiGatewayV2::Route')
    .filter(({ properties }) => {
      const target = functionOf.get(properties.Target);
      const source = `${executeArn}/$default/${properties.RouteKey.replace(' ', '')}`;
      return !permissions.some(
        ({ properties: { FunctionName, SourceArn = '*' } }) =>
          target?.endsWith(FunctionName) && matchesPattern(SourceArn, source),
      );
    })
    .map(({ properties }) => properties.RouteKey);
}
