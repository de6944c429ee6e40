import { Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { operations } from '../../functions/api/contract.ts';
import { arnInFindings } from '../arn-in-findings.ts';

/** The managed policy that makes an IAM principal an administrator: it may call the IAM routes of this API, no others. */
export class AdminPolicy extends Construct {
  public readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, api: HttpApi) {
    super(scope, id);

    const routes = withoutCovered(
      operations
        .filter((operation) => operation.auth === 'iam')
        .map(({ method, path }) => ({ method, path: path.replaceAll(/\{[^}]+\}/g, '*') })),
    );

    this.policy = new ManagedPolicy(this, 'Policy', {
      description: 'Permits the administrative operations of Evently.',
      statements: [
        new PolicyStatement({
          actions: ['execute-api:Invoke'],
          resources: routes.map(({ method, path }) => api.arnForExecuteApi(method, path, '*')),
        }),
      ],
    });

    for (const { method, path } of routes) {
      Validations.of(this.policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${arnInFindings(Stack.of(this), api.arnForExecuteApi(method, path, '*'))}]`,
        reason: 'The wildcards stand for the stage, of which the API has one, and for path parameters.',
      });
    }
  }
}

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Wildcards of IAM reach over slashes, so the one in `/events/*` permits the bookings below an event too. */
function withoutCovered(routes: readonly Route[]): Route[] {
  const covers = (one: Route, other: Route) =>
    one !== other && one.method === other.method && new RegExp(`^${one.path.replaceAll('*', '.*')}$`).test(other.path);
  return routes.filter((route) => !routes.some((other) => covers(other, route)));
}
