import { AdminDeleteUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { env } from './env.ts';
import { identity } from './identity-client.ts';
import { answered, isIdentityError } from './identity-errors.ts';

/** Deletes an account, and with it its refresh tokens. One that is gone already is fine. @throws {DomainError} busy */
export async function deletePoolUser(userId: string): Promise<void> {
  try {
    await answered(identity.send(new AdminDeleteUserCommand({ UserPoolId: env('USER_POOL_ID'), Username: userId })));
  } catch (error) {
    if (!isIdentityError(error, 'UserNotFoundException')) throw error;
  }
}
