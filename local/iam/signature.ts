import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** With the query string. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What the Authorization header says. */
export interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** @returns nothing where the header is no signature of version 4. */
export function readClaim(authorization: string): Claim | undefined {
  const [, accessKeyId, day, region, service, signedHeaders, signature] = pattern.exec(authorization) ?? [];
  if (!accessKeyId || !day || !region || !service || !signedHeaders || !signature) return undefined;
  return { accessKeyId, day, region, service, signedHeaders, signature };
}

/**
 * Checks signatures. It takes tens of microseconds, where the signer of the SDK takes ten times as long: the key of a
 * day is kept.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureChecker(): (request: SignedRequest, claim: Claim, secretAccessKey: string) => boolean {
  const keys = new Map<string, Buffer>();
  const keyOf = ({ accessKeyId, day, region, service }: Claim, secret: string): Buffer => {
    const scope = [accessKeyId, day, region, service].join('/');
    const known = keys.get(scope);
    if (known) return known;
    const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
      (parent, part) => hmac(parent, part),
      Buffer.from(`AWS4${secret}`),
    );
    keys.set(scope, key);
    return key;
  };
  return (request, claim, secret) => {
    const { day, region, service, signature } = claim;
    const toSign = [
      'AWS4-HMAC-SHA256',
      request.headers.get('x-amz-date') ?? '',
      `${day}/${region}/${service}/aws4_request`,
      sha256(canonical(request, claim.signedHeaders)),
    ].join('\n');
    return timingSafeEqual(hmac(keyOf(claim, secret), toSign), Buffer.from(signature, 'hex'));
  };
}

function canonical({ method, target, headers, body }: SignedRequest, signedHeaders: string): string {
  const [path = '', query = ''] = target.split('?');
  const names = signedHeaders.split(';');
  return [
    method,
    path.split('/').map(encode).join('/'),
    query.split('&').sort().join('&'),
    ...names.map((name) => `${name}:${(headers.get(name) ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
}

const encode = (segment: string): string =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: string | Buffer): string => hash('sha256', data);
const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
