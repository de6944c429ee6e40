import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as Api,
  CfnStage,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type HttpRouteProps,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { operations } from '../../functions/api/contract.ts';
import type { Group, Operation } from '../functions.ts';
import type { Settings } from '../settings.ts';
import type { Identity } from './identity.ts';

export interface HttpApiProps {
  readonly functions: Readonly<Record<Group, IFunction>>;
  readonly identity: Identity;
  readonly settings: Settings;
}

/**
 * The authorizer takes a token for the right one where `aud` or `client_id` names the client, so an ID token would
 * pass. Only access tokens carry a scope, and this is the one that the user pool gives at sign-in.
 */
const accessTokenScopes = ['aws.cognito.signin.user.admin'];

const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
};

/** The HTTP API: every operation of the contract is a route, everything else goes to the group `system`. */
export class HttpApi extends Construct {
  public readonly api: Api;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { identity, settings } = props;

    const integrationOf = integrations(props.functions);
    const authorization = authorizations(identity);

    this.api = new Api(this, 'Http', {
      description: `Evently ${settings.stage}`,
      createDefaultStage: false,
    });
    const routes: HttpRoute[] = [];
    for (const { operationId, method, path, group, auth } of operations) {
      const routeKey = HttpRouteKey.with(path, HttpMethod[method]);
      const route = this.addRoute(operationId, { routeKey, integration: integrationOf[group], ...authorization[auth] });
      routes.push(route);
    }
    this.addRoute('unknown', {
      routeKey: HttpRouteKey.DEFAULT,
      // Its requests come from `<stage>/$default`, which the permission for `<stage>/<method>/<path>` does not cover.
      integration: new HttpLambdaIntegration('unknown', props.functions.system),
      ...authorization.public,
    });
    this.addStage(settings, routes);
  }

  private addRoute(id: string, props: Omit<HttpRouteProps, 'httpApi'>): HttpRoute {
    const route = new HttpRoute(this, id, { httpApi: this.api, ...props });
    if (props.authorizer instanceof HttpNoneAuthorizer) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: 'The contract makes this route public.' });
    }
    return route;
  }

  private addStage(settings: Settings, routes: readonly HttpRoute[]): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    throttleSignIn(stage, settings);
    // Settings of a route that does not exist yet are refused.
    stage.node.addDependency(...routes);
  }
}

/** More attempts than the user pool answers are stopped before they cost anything. */
function throttleSignIn(stage: HttpStage, { authThrottleRate = 100 }: Settings): void {
  const limits = { ThrottlingRateLimit: authThrottleRate, ThrottlingBurstLimit: 5 * authThrottleRate };
  const routeKeys = operations
    .filter(({ path }) => path.startsWith('/auth/'))
    .map(({ method, path }) => `${method} ${path}`);
  const { defaultChild } = stage.node;
  if (!(defaultChild instanceof CfnStage)) throw new Error('the stage has another resource than expected');
  defaultChild.routeSettings = Object.fromEntries(routeKeys.map((routeKey) => [routeKey, limits]));
}

/** One integration, and one permission to invoke, for each function. */
function integrations(functions: HttpApiProps['functions']): Record<Group, HttpLambdaIntegration> {
  const pairs = Object.entries(functions).map(([group, target]) => [
    group,
    new HttpLambdaIntegration(group, target, { scopePermissionToRoute: false }),
  ]);
  return Object.fromEntries(pairs);
}

interface Authorization {
  readonly authorizer: IHttpRouteAuthorizer;
  readonly authorizationScopes?: string[];
}

function authorizations(identity: Identity): Record<Operation['auth'], Authorization> {
  const people: Authorization = {
    authorizer: new HttpUserPoolAuthorizer('People', identity.userPool, { userPoolClients: [identity.client] }),
    authorizationScopes: accessTokenScopes,
  };
  return {
    public: { authorizer: new HttpNoneAuthorizer() },
    user: people,
    organizer: people,
    iam: { authorizer: new HttpIamAuthorizer() },
  };
}
