import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { importJWK, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import type { StackOutputs } from '../../local/outputs.ts';

/** cognito-local signs with a key that everybody knows, so tests can make any token that the pool could make. */
const { jwk: poolKey } = createRequire(import.meta.url)('cognito-local/lib/keys/cognitoLocal.private.json') as {
  jwk: JsonWebKey & JWK & { kid: string };
};

/** Claims of an access token that the API takes. */
export function accessClaims({ region, userPoolId, userPoolClientId }: StackOutputs): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return {
    sub: '5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11',
    iss: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
    client_id: userPoolClientId,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    iat: now,
    exp: now + 3_600,
  };
}

/** Signs with the key of the pool. */
export async function signedByPool(claims: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}) {
  const sign = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: poolKey.kid, ...header });
  return sign.sign(await importJWK(poolKey, 'RS256'));
}

/** Signs with a key of one's own, under the id of the pool's key. */
export function signedByStranger(claims: Record<string, unknown>) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: poolKey.kid }).sign(privateKey);
}

/** HS256 with the pool's public key as the secret: the classic confusion of algorithms. */
export function signedWithPublicKey(claims: Record<string, unknown>) {
  const { kty, n, e, kid } = poolKey;
  const publicKey = createPublicKey({ key: { kty, n, e } as JsonWebKey, format: 'jwk' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(pem));
}

/** Without any signature: `alg: none`, as a header spells it. */
export function unsigned(claims: Record<string, unknown>, alg = 'none'): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`;
}
