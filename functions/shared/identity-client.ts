import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

/** One client an instance. Two attempts end before the function's own timeout of 10 seconds. */
export const identity = new CognitoIdentityProviderClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
});
