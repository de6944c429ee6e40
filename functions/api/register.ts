import { ResendConfirmationCodeCommand, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { invalid } from '../domain/errors.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { answered, isIdentityError } from '../shared/identity-errors.ts';
import { logger } from '../shared/logger.ts';
import type { Handler } from './request.ts';

/** Whether the address is new or taken, the answer is the same 202: whoever owns the mailbox learns it there. */
export const register: Handler<'register'> = async ({ body: { email, password, name } }) => {
  const command = new SignUpCommand({
    ClientId: env('USER_POOL_CLIENT_ID'),
    Username: email,
    Password: password,
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'name', Value: name },
    ],
  });
  try {
    await answered(identity.send(command), {
      InvalidPasswordException: () => invalid('password', 'is refused by the password policy'),
      InvalidParameterException: () => invalid('body', 'the email address, password or name is not accepted'),
    });
  } catch (error) {
    if (isIdentityError(error, 'UsernameExistsException')) await sendAnotherCode(email);
    // The account is there; registering once more sends another code.
    else if (isIdentityError(error, 'CodeDeliveryFailureException')) warn('sending a code failed', error);
    else throw error;
  }
  return { status: 202 };
};

/** For a person whose code got lost. The pool refuses it for a confirmed account, and nobody is told. */
async function sendAnotherCode(email: string): Promise<void> {
  const command = new ResendConfirmationCodeCommand({ ClientId: env('USER_POOL_CLIENT_ID'), Username: email });
  try {
    await identity.send(command);
  } catch (error) {
    warn('no other code was sent', error);
  }
}

/** The name of the error only: its text may hold the address. */
function warn(message: string, error: unknown): void {
  logger.warn(message, { reason: error instanceof Error ? error.name : typeof error });
}
