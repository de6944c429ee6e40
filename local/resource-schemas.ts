import { z } from 'zod';

/**
 * The properties of each resource type that the local stack understands. The objects are strict: a property that is
 * missing here is an error at start, so that nothing which matters is skipped unseen.
 */

/** A property without effect on one machine; the comment beside it says why. */
export const noEffect = z.unknown().optional();
export const text = z.string();
export const integer = z.coerce.number().int();

const KeySchema = z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) })).min(1);
const Projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(text).optional(),
});

export const GlobalTable = z.strictObject({
  TableName: text.optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: text, AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema,
  GlobalSecondaryIndexes: z.array(z.strictObject({ IndexName: text, KeySchema, Projection })).default([]),
  StreamSpecification: z
    .strictObject({ StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']) })
    .optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text, Enabled: z.boolean() }).optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  // One machine has one replica; its backups, protection and tags guard what is not here.
  Replicas: z.array(z.looseObject({ Region: text })).max(1),
  // Files on a laptop are as encrypted as its disk.
  SSESpecification: noEffect,
});

export const UserPool = z.strictObject({
  UserPoolName: text.optional(),
  AutoVerifiedAttributes: z.array(text).optional(),
  UsernameAttributes: z.array(text).optional(),
  Schema: z
    .array(z.looseObject({ Name: text, Required: z.boolean().optional(), Mutable: z.boolean().optional() }))
    .optional(),
  MfaConfiguration: z.literal('OFF').optional(),
  Policies: z
    .strictObject({
      PasswordPolicy: z.strictObject({
        MinimumLength: integer.optional(),
        RequireLowercase: z.boolean().optional(),
        RequireUppercase: z.boolean().optional(),
        RequireNumbers: z.boolean().optional(),
        RequireSymbols: z.boolean().optional(),
        PasswordHistorySize: integer.optional(),
        TemporaryPasswordValidityDays: integer.optional(),
      }),
    })
    .optional(),
  UserAttributeUpdateSettings: z.strictObject({ AttributesRequireVerificationBeforeUpdate: z.array(text) }).optional(),
  UsernameConfiguration: z.strictObject({ CaseSensitive: z.boolean() }).optional(),
  // No mail is sent, so its wording does not matter; codes are the same for everybody.
  EmailConfiguration: noEffect,
  EmailVerificationMessage: noEffect,
  EmailVerificationSubject: noEffect,
  SmsVerificationMessage: noEffect,
  VerificationMessageTemplate: noEffect,
  // Account recovery and self-registration rules are not enforced by cognito-local.
  AccountRecoverySetting: noEffect,
  AdminCreateUserConfig: noEffect,
  // Billing and protection of the deployed pool.
  DeletionProtection: noEffect,
  UserPoolAddOns: noEffect,
  UserPoolTags: noEffect,
  UserPoolTier: noEffect,
});

const TimeUnit = z.enum(['seconds', 'minutes', 'hours', 'days']);

export const UserPoolClient = z.strictObject({
  UserPoolId: text,
  ClientName: text.optional(),
  ExplicitAuthFlows: z.array(text).optional(),
  AccessTokenValidity: integer.optional(),
  IdTokenValidity: integer.optional(),
  RefreshTokenValidity: integer.optional(),
  TokenValidityUnits: z
    .strictObject({
      AccessToken: TimeUnit.optional(),
      IdToken: TimeUnit.optional(),
      RefreshToken: TimeUnit.optional(),
    })
    .optional(),
  PreventUserExistenceErrors: z.enum(['ENABLED', 'LEGACY']).optional(),
  EnableTokenRevocation: z.boolean().optional(),
  // A client secret would have to be sent with every call, and no hosted pages are served here.
  GenerateSecret: z.literal(false).optional(),
  AllowedOAuthFlowsUserPoolClient: z.literal(false).optional(),
  SupportedIdentityProviders: z.array(z.literal('COGNITO')).optional(),
  // Attribute permissions are not enforced by cognito-local.
  ReadAttributes: noEffect,
  WriteAttributes: noEffect,
  // Tokens are not bound to one machine's session.
  AuthSessionValidity: noEffect,
});

export const UserPoolGroup = z.strictObject({
  UserPoolId: text,
  GroupName: text,
  Description: text.optional(),
  Precedence: integer.optional(),
});

export const LambdaFunction = z.strictObject({
  FunctionName: text.optional(),
  Code: z.strictObject({ S3Bucket: text, S3Key: text }),
  Handler: z.string().regex(/^[\w./-]+\.\w+$/),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'only Node.js functions run here'),
  Environment: z.strictObject({ Variables: z.record(text, text) }).optional(),
  MemorySize: integer.default(128),
  Timeout: integer.default(3),
  ReservedConcurrentExecutions: integer.min(1).optional(),
  Role: text,
  Description: noEffect,
  // JavaScript runs on every processor alike.
  Architectures: noEffect,
  // Logs go to one file and nothing is traced, but the role has to allow it.
  LoggingConfig: z.looseObject({ LogGroup: text.optional() }).optional(),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']) }).optional(),
  Tags: noEffect,
});

export const Permission = z.strictObject({
  Action: z.literal('lambda:InvokeFunction'),
  FunctionName: text,
  Principal: text,
  SourceArn: text.optional(),
  SourceAccount: text.optional(),
});

/** Code does not change while the stack runs, so a version is the function, and an alias too. */
export const Version = z.strictObject({
  FunctionName: text,
  Description: noEffect,
  CodeSha256: noEffect,
});

export const Alias = z.strictObject({
  FunctionName: text,
  FunctionVersion: text,
  Name: z.string().regex(/^(?!\d+$)[\w-]+$/),
  Description: noEffect,
  // Instances start in milliseconds here, and one of each function is started ahead.
  ProvisionedConcurrencyConfig: z.strictObject({ ProvisionedConcurrentExecutions: integer.min(1) }).optional(),
});

export const DeploymentGroup = z.strictObject({
  ApplicationName: text,
  DeploymentConfigName: text.optional(),
  DeploymentGroupName: text.optional(),
  DeploymentStyle: z.strictObject({
    DeploymentType: z.literal('BLUE_GREEN'),
    DeploymentOption: z.literal('WITH_TRAFFIC_CONTROL'),
  }),
  ServiceRoleArn: text,
  AlarmConfiguration: z
    .strictObject({ Enabled: z.boolean(), Alarms: z.array(z.strictObject({ Name: text })) })
    .optional(),
  AutoRollbackConfiguration: z.strictObject({
    Enabled: z.boolean(),
    Events: z
      .array(z.enum(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST']))
      .optional(),
  }),
});

export const EmailIdentity = z.strictObject({ EmailIdentity: z.email() });

export const HttpApi = z.strictObject({
  Name: text,
  ProtocolType: z.literal('HTTP'),
  Description: noEffect,
  DisableExecuteApiEndpoint: z.literal(false).optional(),
  Tags: noEffect,
});

const RouteSettings = z.strictObject({
  ThrottlingRateLimit: z.coerce.number(),
  ThrottlingBurstLimit: integer,
  DetailedMetricsEnabled: noEffect,
});

export const Stage = z.strictObject({
  ApiId: text,
  // Another name would be the first segment of every path.
  StageName: z.literal('$default'),
  AutoDeploy: z.literal(true),
  Description: noEffect,
  DefaultRouteSettings: RouteSettings.optional(),
  RouteSettings: z.record(text, RouteSettings).default({}),
  // Access logs belong to the deployed gateway.
  AccessLogSettings: noEffect,
  Tags: noEffect,
});

export const Integration = z.strictObject({
  ApiId: text,
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: text,
  IntegrationMethod: text.optional(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: integer.default(30_000),
  Description: noEffect,
});

export const Route = z.strictObject({
  ApiId: text,
  RouteKey: text,
  Target: z.string().regex(/^integrations\/.+$/),
  AuthorizationType: z.enum(['NONE', 'JWT', 'AWS_IAM']).default('NONE'),
  AuthorizerId: text.optional(),
  AuthorizationScopes: z.array(text).optional(),
  OperationName: noEffect,
});

export const Authorizer = z.strictObject({
  ApiId: text,
  Name: text,
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.strictObject({ Audience: z.array(text), Issuer: z.url() }),
});
