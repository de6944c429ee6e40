import { z } from 'zod';
import * as buses from './bus-schemas.ts';
import * as feed from './feed-schemas.ts';
import * as schemas from './resource-schemas.ts';

/** Names and numbers of the pretended account. */
export interface World {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  /** Address under which the API answers. */
  readonly apiUrl: string;
  /** Address under which the queues answer. */
  readonly sqsUrl: string;
  /** Stable ids, see `DataDir.id`. */
  readonly id: (purpose: string, length: number, alphabet?: string) => string;
}

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface ResourceType {
  readonly schema: z.ZodType;
  /** @param name - the resource's own name where the template gives one. */
  readonly identify: (world: World, logicalId: string, name: string | undefined) => Identity;
  /** Property that holds the resource's own name. */
  readonly nameProperty?: string;
  /** The name where that property is absent, for types whose names follow rules of their own. */
  readonly defaultName?: (world: World, logicalId: string, properties: Readonly<Record<string, unknown>>) => string;
  /** Why the resource has no effect on one machine; only there where that is so. */
  readonly inert?: string;
}

/** A physical name as CloudFormation would make it, but stable for a data directory. */
const nameOf = (world: World, logicalId: string) => `${world.stackName}-${logicalId}-${world.id(logicalId, 12)}`;
const arn = (world: World, service: string, resource: string) =>
  `arn:aws:${service}:${world.region}:${world.accountId}:${resource}`;
const iamArn = (world: World, resource: string) => `arn:aws:iam::${world.accountId}:${resource}`;
/** Names of queues have up to 80 characters, and those of FIFO queues a suffix. */
const queueName: NonNullable<ResourceType['defaultName']> = (world, logicalId, { FifoQueue: isFifo }) => {
  const start = `${world.stackName}-${logicalId}`.slice(0, 62);
  return `${start}-${world.id(logicalId, 12)}${isFifo === true ? '.fifo' : ''}`;
};
/** A resource that others refer to only by its id. */
const plain = (world: World, logicalId: string): Identity => ({ ref: world.id(logicalId, 10), attributes: {} });

/** Every resource type that the local stack knows. Any other one is an error at start. */
export const resourceTypes = {
  'AWS::DynamoDB::GlobalTable': {
    schema: schemas.GlobalTable,
    nameProperty: 'TableName',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: {
        Arn: arn(world, 'dynamodb', `table/${name}`),
        StreamArn: arn(world, 'dynamodb', `table/${name}/stream/local`),
      },
    }),
  },
  'AWS::Cognito::UserPool': {
    schema: schemas.UserPool,
    identify: (world, logicalId) => {
      const id = `${world.region}_${world.id(logicalId, 9)}`;
      const provider = `cognito-idp.${world.region}.amazonaws.com/${id}`;
      return {
        ref: id,
        attributes: {
          Arn: arn(world, 'cognito-idp', `userpool/${id}`),
          UserPoolId: id,
          ProviderName: provider,
          ProviderURL: `https://${provider}`,
        },
      };
    },
  },
  'AWS::Cognito::UserPoolClient': {
    schema: schemas.UserPoolClient,
    identify: (world, logicalId) => {
      const id = world.id(logicalId, 26);
      return { ref: id, attributes: { ClientId: id } };
    },
  },
  'AWS::Cognito::UserPoolGroup': {
    schema: schemas.UserPoolGroup,
    nameProperty: 'GroupName',
    identify: (_world, logicalId, name = logicalId) => ({ ref: name, attributes: {} }),
  },
  'AWS::Lambda::Function': {
    schema: schemas.LambdaFunction,
    nameProperty: 'FunctionName',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'lambda', `function:${name}`) },
    }),
  },
  'AWS::Lambda::Permission': { schema: schemas.Permission, identify: plain },
  'AWS::Lambda::EventSourceMapping': { schema: feed.EventSourceMapping, identify: plain },
  'AWS::SQS::Queue': {
    schema: feed.Queue,
    nameProperty: 'QueueName',
    defaultName: queueName,
    identify: (world, _logicalId, name = '') => ({
      ref: `${world.sqsUrl}/${world.accountId}/${name}`,
      attributes: { Arn: arn(world, 'sqs', name), QueueName: name },
    }),
  },
  'AWS::SQS::QueuePolicy': {
    // Only what lets rules send is looked at: everybody else on this machine may use every queue, without TLS.
    schema: buses.QueuePolicy,
    identify: plain,
  },
  'AWS::Pipes::Pipe': {
    schema: feed.Pipe,
    nameProperty: 'Name',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'pipes', `pipe/${name}`) },
    }),
  },
  'AWS::Events::EventBus': {
    schema: buses.EventBus,
    nameProperty: 'Name',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'events', `event-bus/${name}`), Name: name },
    }),
  },
  'AWS::Events::Rule': {
    schema: buses.Rule,
    nameProperty: 'Name',
    // On AWS the name of the bus stands before that of the rule; these are only compared with each other.
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'events', `rule/${name}`) },
    }),
  },
  'AWS::SES::EmailIdentity': {
    schema: schemas.EmailIdentity,
    inert: 'the inbox takes emails from every address',
    identify: (_world, _logicalId, name = '') => ({ ref: name, attributes: {} }),
    nameProperty: 'EmailIdentity',
  },
  'AWS::ApiGatewayV2::Api': {
    schema: schemas.HttpApi,
    identify: (world, logicalId) => {
      const id = world.id(logicalId, 10);
      return { ref: id, attributes: { ApiId: id, ApiEndpoint: world.apiUrl } };
    },
  },
  'AWS::ApiGatewayV2::Stage': {
    schema: schemas.Stage,
    nameProperty: 'StageName',
    identify: (_world, logicalId, name = logicalId) => ({ ref: name, attributes: {} }),
  },
  'AWS::ApiGatewayV2::Integration': { schema: schemas.Integration, identify: plain },
  'AWS::ApiGatewayV2::Route': { schema: schemas.Route, identify: plain },
  'AWS::ApiGatewayV2::Authorizer': { schema: schemas.Authorizer, identify: plain },
  'AWS::IAM::ManagedPolicy': {
    schema: schemas.ManagedPolicy,
    nameProperty: 'ManagedPolicyName',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => {
      const policyArn = iamArn(world, `policy/${name}`);
      return { ref: policyArn, attributes: { PolicyArn: policyArn } };
    },
  },
  'AWS::IAM::Role': {
    schema: z.unknown(),
    nameProperty: 'RoleName',
    inert: 'the functions run with every right; IAM is evaluated for callers of the API only',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: iamArn(world, `role/${name}`), RoleId: world.id(logicalId, 21) },
    }),
  },
  'AWS::IAM::Policy': {
    schema: z.unknown(),
    inert: 'belongs to a role',
    identify: (_world, logicalId) => ({ ref: logicalId, attributes: {} }),
  },
  'AWS::Logs::LogGroup': {
    schema: z.unknown(),
    nameProperty: 'LogGroupName',
    inert: 'all functions log into one file',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'logs', `log-group:${name}:*`) },
    }),
  },
  'AWS::CDK::Metadata': { schema: z.unknown(), inert: 'tells AWS which CDK was used', identify: plain },
} as const satisfies Readonly<Record<string, ResourceType>>;

export type ResourceTypeName = keyof typeof resourceTypes;
export type PropertiesOf<T extends ResourceTypeName> = z.output<(typeof resourceTypes)[T]['schema']>;

export function isKnownType(type: string): type is ResourceTypeName {
  return Object.hasOwn(resourceTypes, type);
}

/** The entry of a type, seen through the interface that all entries share. */
export function resourceType(type: ResourceTypeName): ResourceType {
  return resourceTypes[type];
}
