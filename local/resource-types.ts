import { z } from 'zod';
import * as buses from './bus-schemas.ts';
import * as feed from './feed-schemas.ts';
import * as iam from './iam/policy-schemas.ts';
import * as observability from './observability-schemas.ts';
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
  /**
   * @param name - the resource's own name where the template gives one.
   * @param owner - value of `ownerProperty`.
   */
  readonly identify: (world: World, logicalId: string, name: string | undefined, owner: string) => Identity;
  /** Property that holds the resource's own name. */
  readonly nameProperty?: string;
  /** Property that names the resource to which this one belongs, where that is a part of its own name. */
  readonly ownerProperty?: string;
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
  'AWS::Lambda::Version': {
    schema: schemas.Version,
    ownerProperty: 'FunctionName',
    identify: (world, _logicalId, _name, owner) => {
      const versionArn = arn(world, 'lambda', `function:${owner}:1`);
      return { ref: versionArn, attributes: { FunctionArn: versionArn, Version: '1' } };
    },
  },
  'AWS::Lambda::Alias': {
    schema: schemas.Alias,
    nameProperty: 'Name',
    ownerProperty: 'FunctionName',
    identify: (world, _logicalId, name = '', owner) => {
      const aliasArn = arn(world, 'lambda', `function:${owner}:${name}`);
      return { ref: aliasArn, attributes: { AliasArn: aliasArn } };
    },
  },
  'AWS::CodeDeploy::Application': {
    schema: z.strictObject({ ComputePlatform: z.literal('Lambda'), ApplicationName: z.string().optional() }),
    nameProperty: 'ApplicationName',
    inert: 'a start deploys everything at once',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({ ref: name, attributes: {} }),
  },
  'AWS::CodeDeploy::DeploymentGroup': {
    schema: schemas.DeploymentGroup,
    nameProperty: 'DeploymentGroupName',
    inert: 'a start deploys everything at once',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({ ref: name, attributes: {} }),
  },
  'AWS::SSM::Parameter': {
    schema: z.strictObject({ Name: z.string(), Type: z.literal('String'), Value: z.string() }),
    nameProperty: 'Name',
    inert: 'outputs.json tells clients the same',
    identify: (_world, _logicalId, name = '') => ({ ref: name, attributes: {} }),
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
    schema: iam.QueuePolicy,
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
    // On AWS the name of the bus stands before that of the rule, and `bus` stands for it here.
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'events', `rule/bus/${name}`) },
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
    schema: iam.ManagedPolicy,
    nameProperty: 'ManagedPolicyName',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => {
      const policyArn = iamArn(world, `policy/${name}`);
      return { ref: policyArn, attributes: { PolicyArn: policyArn } };
    },
  },
  'AWS::IAM::Role': {
    schema: iam.Role,
    nameProperty: 'RoleName',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: iamArn(world, `role/${name}`), RoleId: world.id(logicalId, 21) },
    }),
  },
  'AWS::IAM::Policy': {
    schema: iam.Policy,
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
  'AWS::CloudWatch::Alarm': {
    schema: observability.Alarm,
    nameProperty: 'AlarmName',
    inert: 'GET /local/metrics shows what the functions count; nobody is woken',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => ({
      ref: name,
      attributes: { Arn: arn(world, 'cloudwatch', `alarm:${name}`) },
    }),
  },
  'AWS::CloudWatch::Dashboard': { schema: observability.Dashboard, inert: 'see GET /local/metrics', identify: plain },
  'AWS::SNS::Topic': {
    schema: observability.Topic,
    nameProperty: 'TopicName',
    inert: 'alarms alone write to it',
    identify: (world, logicalId, name = nameOf(world, logicalId)) => {
      const topicArn = arn(world, 'sns', name);
      return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } };
    },
  },
  'AWS::SNS::TopicPolicy': { schema: z.unknown(), inert: 'belongs to a topic', identify: plain },
  'AWS::SNS::Subscription': { schema: observability.Subscription, inert: 'belongs to a topic', identify: plain },
  'AWS::KMS::Key': {
    schema: z.unknown(),
    inert: 'nothing is encrypted on one machine beyond what its disk is',
    identify: (world, logicalId) => {
      const keyId = world.id(logicalId, 32);
      return { ref: keyId, attributes: { Arn: arn(world, 'kms', `key/${keyId}`), KeyId: keyId } };
    },
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
