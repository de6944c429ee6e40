import { DomainError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { isServiceFault } from './service-fault.ts';

/** Names of the user pool's errors that some operation answers; any other is a fault of ours. */
export type IdentityErrorName =
  | 'AliasExistsException'
  | 'CodeDeliveryFailureException'
  | 'CodeMismatchException'
  | 'ExpiredCodeException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'NotAuthorizedException'
  | 'PasswordResetRequiredException'
  | 'TooManyFailedAttemptsException'
  | 'UnauthorizedException'
  | 'UnsupportedTokenTypeException'
  | 'UserNotConfirmedException'
  | 'UserNotFoundException'
  | 'UsernameExistsException';

type Refusals = Partial<Record<IdentityErrorName, () => DomainError>>;

const throttles: ReadonlySet<string> = new Set(['TooManyRequestsException', 'LimitExceededException']);

/** The user pool names its errors; their texts change and may hold an address. */
export function isIdentityError(error: unknown, ...names: IdentityErrorName[]): error is Error {
  return error instanceof Error && (names as string[]).includes(error.name);
}

/**
 * Waits for a call to the user pool and gives its answer.
 *
 * @param refusals what to answer to which of its errors; others are thrown as they are.
 * @throws {DomainError} one of `refusals`; busy where the pool throttles or fails.
 */
export async function answered<Output>(call: Promise<Output>, refusals: Refusals = {}): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (throttles.has(error.name) || isServiceFault(error)) {
      const details = { retryAfterSeconds: limits.busyRetryAfterSeconds };
      throw new DomainError('busy', 'Signing in and accounts do not answer at the moment; try again.', details, {
        cause: error,
      });
    }
    const refusal = Object.hasOwn(refusals, error.name) ? refusals[error.name as IdentityErrorName] : undefined;
    throw refusal ? refusal() : error;
  }
}

/** One and the same refusal for every one of the names: the answer does not tell which it was. */
export function alike(refusal: () => DomainError, ...names: IdentityErrorName[]): Refusals {
  return Object.fromEntries(names.map((name) => [name, refusal]));
}
