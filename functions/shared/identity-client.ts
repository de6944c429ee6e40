import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { observable } from './aws-clients.ts';

/** One client an instance. Two attempts end before the function's own timeout of 10 seconds. */
export const identity = observable(
  new CognitoIdentityProviderClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  }),
);
