import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Authorize, Decision } from './http-api.ts';

export interface JwtAuthorizerOptions {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly keys: JSONWebKeySet;
}

interface VerifiedToken {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Signatures are costly and a person sends one token with many requests; the gateway of AWS remembers them too. */
const rememberedTokens = 10_000;

/** An authorizer of type JWT, as an HTTP API has it: signature, issuer, time, audience and scopes. */
export function jwtAuthorizer({ issuer, audience, keys }: JwtAuthorizerOptions): Authorize {
  const keySet = createLocalJWKSet(keys);
  const verified = new Map<string, VerifiedToken>();

  const verify = async (token: string): Promise<VerifiedToken | undefined> => {
    try {
      const { payload } = await jwtVerify(token, keySet, { issuer, algorithms: ['RS256'], requiredClaims: ['exp'] });
      if (!isMeantFor(payload, audience)) return undefined;
      const fresh = { claims: claimsOf(payload), scopes: scopesOf(payload), expiresAt: payload.exp ?? 0 };
      const [oldest] = verified.keys();
      if (verified.size >= rememberedTokens && oldest !== undefined) verified.delete(oldest);
      verified.set(token, fresh);
      return fresh;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  };

  return async (request, { scopes: needed = [] }): Promise<Decision> => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer\s+/i, '');
    if (!token) return unauthorized('Bearer');
    const known = verified.get(token) ?? (await verify(token));
    if (!known || known.expiresAt <= Date.now() / 1_000) {
      verified.delete(token);
      return unauthorized('Bearer scope="" error="invalid_token"');
    }
    const { claims, scopes } = known;
    if (needed.length > 0 && !needed.some((scope) => scopes.includes(scope))) {
      return { kind: 'refuse', status: 403, message: 'Forbidden' };
    }
    return { kind: 'allow', authorizer: { jwt: { claims, scopes: needed.length > 0 ? scopes : null } } };
  };
}

function unauthorized(challenge: string): Decision {
  return { kind: 'refuse', status: 401, message: 'Unauthorized', headers: { 'www-authenticate': challenge } };
}

/** `client_id` counts only where there is no `aud`: access tokens of Cognito carry the one, ID tokens the other. */
function isMeantFor({ aud, client_id: clientId }: JWTPayload, audience: readonly string[]): boolean {
  const named = aud === undefined ? [clientId] : [aud].flat();
  return named.some((name) => typeof name === 'string' && audience.includes(name));
}

function scopesOf({ scope, scp }: JWTPayload): string[] {
  const scopes = scope ?? scp;
  if (Array.isArray(scopes)) return scopes.map(String);
  return typeof scopes === 'string' ? scopes.split(' ') : [];
}

/** Claims reach a function as text; a list as `[a b]`. */
function claimsOf(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}
