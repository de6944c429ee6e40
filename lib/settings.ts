import type { Node } from 'constructs';
import * as z from 'zod';
import { type RateLimits, rateLimitsText } from './rate-limits.ts';

/** Days that CloudWatch Logs knows, up to ten years. */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653];

/** What differs between stages: each can be set by context, as in `npx cdk deploy -c stage=prod -c logRetentionDays=365`. */
export interface Settings {
  /**
   * Part of the stack's name, so several stages fit into one account.
   * @default dev
   */
  readonly stage: string;
  /**
   * The stage may be lost: table and user pool are deleted with the stack. Without it they are protected against
   * deletion and outlive the stack.
   * @default false
   */
  readonly ephemeral: boolean;
  /** @default 14; 90 on the stage `prod` */
  readonly logRetentionDays: number;
  /**
   * Requests per second that the API lets through, over all routes. 10,000 is what an account has by default.
   * @default 2000; 10000 on the stage `prod`
   */
  readonly throttleRate: number;
  /**
   * Requests that may arrive at once. 5,000 is what an account has by default, and an on-sale begins with.
   * @default 5000
   */
  readonly throttleBurst: number;
  /**
   * Requests per second that each route under /auth lets through: what a user pool answers by default is 120 sign-ins.
   * Five times as many may arrive at once.
   * @default 100
   */
  readonly authThrottleRate?: number | undefined;
  /**
   * Quotas in place of the default ones, as in `-c rateLimits=bookings:60,logins-per-address:500`; see docs/operations.md.
   * @default those of functions/domain/limits.ts
   */
  readonly rateLimits?: RateLimits | undefined;
  /**
   * How long a hold keeps its seats. It is also the delivery delay of a queue, which is 900 seconds at most.
   * @default 600
   */
  readonly holdTtlSeconds: number;
  /**
   * Address that notifications are sent from by email, as in `tickets@example.com`: an identity is made for it, which
   * its owner has to confirm. Without one, notifications stand in people's lists only.
   * @default none
   */
  readonly mailFrom?: string | undefined;
  /**
   * Address that is told of alarms, after its owner has confirmed the subscription.
   * @default none
   */
  readonly alarmEmail?: string | undefined;
  /**
   * A new version of the booking function gets 10% of the calls for five minutes, and is rolled back by alarms. To be
   * turned off for a deployment that mends what an alarm tells of, because CodeDeploy starts none during an alarm.
   * @default true; false on an ephemeral stage
   */
  readonly canary: boolean;
  /**
   * Instances of the booking function that are kept started, as for an announced on-sale.
   * @default none
   */
  readonly provisionedConcurrency?: number | undefined;
  /**
   * Name of a table that was restored from a backup, to use in place of the stack's own, which is kept; together with
   * `restoredStreamArn`. See docs/operations.md.
   * @default none
   */
  readonly restoredTable?: string | undefined;
  /** @default none */
  readonly restoredStreamArn?: string | undefined;
  /**
   * CloudFront and AWS WAF in front of the API, which then answers people through them alone.
   * @default false
   */
  readonly edge: boolean;
  /**
   * Region of the stack, which only the edge has to know.
   * @default what the CDK's command line finds in the environment
   */
  readonly region?: string | undefined;
  /**
   * Number of the secret by which the API knows the edge. One more makes a new one: see docs/operations.md.
   * @default 1
   */
  readonly edgeKey: number;
  /**
   * Name of the edge, as in `tickets.example.com`, together with `edgeCertificateArn`.
   * @default a name below cloudfront.net
   */
  readonly edgeDomain?: string | undefined;
  /**
   * ARN of the certificate for that name, which has to be in us-east-1.
   * @default none
   */
  readonly edgeCertificateArn?: string | undefined;
}

const flag = z.union([z.boolean(), z.stringbool()]);
const isTrue = (value: unknown) => flag.safeParse(value).data === true;
const requests = z.coerce.number().int().min(1).max(1_000_000);

/**
 * Reads the settings from the context of the app.
 *
 * @throws {RangeError} naming each value that is not valid.
 */
export function readSettings(node: Node): Settings {
  const stage: unknown = node.tryGetContext('stage') ?? 'dev';
  const isProduction = stage === 'prod';
  const schema = z.object({
    stage: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and hyphens, at most 20'),
    ephemeral: flag.default(false),
    logRetentionDays: z.coerce
      .number()
      .refine((days) => retentionDays.includes(days), `one of ${retentionDays.join(', ')}`)
      .default(isProduction ? 90 : 14),
    throttleRate: requests.default(isProduction ? 10_000 : 2_000),
    throttleBurst: requests.default(5_000),
    authThrottleRate: requests.optional(),
    rateLimits: rateLimitsText.optional(),
    holdTtlSeconds: z.coerce.number().int().min(5).max(900).default(600),
    mailFrom: z.email().optional(),
    alarmEmail: z.email().optional(),
    canary: flag.default(!isTrue(node.tryGetContext('ephemeral'))),
    provisionedConcurrency: z.coerce.number().int().min(1).max(10_000).optional(),
    restoredTable: z
      .string()
      .regex(/^[\w.-]{3,255}$/, 'the name of a table')
      .optional(),
    restoredStreamArn: z
      .string()
      .regex(/^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/.+$/, 'the ARN of a stream')
      .optional(),
    edge: flag.default(false),
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as eu-central-1')
      .optional(),
    edgeKey: z.coerce.number().int().min(1).max(1_000).default(1),
    edgeDomain: z.hostname().optional(),
    edgeCertificateArn: z
      .string()
      .regex(/^arn:[\w-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in us-east-1')
      .optional(),
  });
  const context = Object.keys(schema.shape).map((name) => [name, node.tryGetContext(name)]);
  const given = Object.fromEntries(context);
  if (isTrue(given.edge)) given.region ??= process.env.CDK_DEFAULT_REGION;
  const settings = schema.safeParse({ ...given, stage });
  if (settings.success) {
    checkTogether(settings.data);
    return settings.data;
  }
  const faults = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new RangeError(`The context of the app is not valid. ${faults.join('; ')}`);
}

/** Settings that have no meaning one without another. */
function checkTogether(settings: Settings): void {
  const { edge, region, edgeDomain, edgeCertificateArn, restoredTable, restoredStreamArn } = settings;
  const fault = (text: string) => new RangeError(`The context of the app is not valid. ${text}`);
  if (edge && !region) throw fault('region: the edge has to know it, as in -c region=eu-central-1');
  if ((edgeDomain === undefined) !== (edgeCertificateArn === undefined)) {
    throw fault('edgeDomain: it comes together with edgeCertificateArn');
  }
  if ((restoredTable === undefined) !== (restoredStreamArn === undefined)) {
    throw fault('restoredTable: it comes together with restoredStreamArn');
  }
  if (restoredTable && !restoredStreamArn?.includes(`:table/${restoredTable}/stream/`)) {
    throw fault('restoredStreamArn: it is of another table');
  }
}
