import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import type { Router } from 'cognito-local/lib/server/Router.js';
import type { TokenGenerator } from 'cognito-local/lib/services/tokenGenerator.js';
import { decodeJwt, importJWK, type JWK, SignJWT } from 'jose';

type Tokens = Awaited<ReturnType<TokenGenerator['generate']>>;

const { jwk } = createRequire(import.meta.url)('cognito-local/lib/keys/cognitoLocal.private.json') as { jwk: JWK };

/** The refresh token that a request for new tokens brings along. */
const refreshTokens = new AsyncLocalStorage<string | undefined>();

/** Lets `withOrigin` see which refresh token the tokens of a request come of. */
export function withRefreshToken(router: Router): Router {
  return (target) => {
    const route = router(target);
    if (target !== 'InitiateAuth') return route;
    return (context, request) => {
      const { REFRESH_TOKEN: token } = (request.AuthParameters ?? {}) as { REFRESH_TOKEN?: string };
      return refreshTokens.run(token, () => route(context, request));
    };
  };
}

/**
 * Adds to cognito-local's access tokens what those of AWS have: `origin_jti`, by which all tokens of one sign-in are
 * known, and the `auth_time` of that sign-in, which a refresh keeps.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export function withOrigin(generator: TokenGenerator): TokenGenerator {
  const generate: TokenGenerator['generate'] = async (...request) => {
    const tokens: Tokens = await generator.generate(...request);
    const origin = decodeJwt(refreshTokens.getStore() ?? tokens.RefreshToken);
    const claims = { ...decodeJwt(tokens.AccessToken), origin_jti: origin.jti, auth_time: origin.iat };
    const key = await importJWK(jwk, 'RS256');
    const accessToken = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'CognitoLocal' }).sign(key);
    return { ...tokens, AccessToken: accessToken };
  };
  return { generate };
}
