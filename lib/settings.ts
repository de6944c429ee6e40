import type { Node } from 'constructs';
import * as z from 'zod';

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
   * Requests that may arrive at once. 5,000 is what an account has by default.
   * @default 1000; 5000 on the stage `prod`
   */
  readonly throttleBurst: number;
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
}

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
    ephemeral: z.union([z.boolean(), z.stringbool()]).default(false),
    logRetentionDays: z.coerce
      .number()
      .refine((days) => retentionDays.includes(days), `one of ${retentionDays.join(', ')}`)
      .default(isProduction ? 90 : 14),
    throttleRate: requests.default(isProduction ? 10_000 : 2_000),
    throttleBurst: requests.default(isProduction ? 5_000 : 1_000),
    holdTtlSeconds: z.coerce.number().int().min(5).max(900).default(600),
    mailFrom: z.email().optional(),
  });
  const context = Object.keys(schema.shape).map((name) => [name, node.tryGetContext(name)]);
  const settings = schema.safeParse({ ...Object.fromEntries(context), stage });
  if (settings.success) return settings.data;
  const faults = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new RangeError(`The context of the app is not valid. ${faults.join('; ')}`);
}
