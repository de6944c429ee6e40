import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authorize, Decision } from './http-api.ts';
import type { GatewayRequest } from './http-event.ts';
import type { Guard, Principal } from './iam/guard.ts';
import { type Credentials, sign } from './sigv4.ts';

export interface IamAuthorizerOptions {
  readonly principals: readonly Principal[];
  readonly guard: Guard;
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
}

/** AWS takes a signature for five minutes. */
const maxSkewMs = 5 * 60 * 1_000;
const refused: Decision = { kind: 'refuse', status: 403, message: 'Forbidden' };

/** IAM authorization of an HTTP API: the signature, then the policies of whoever made it. */
export function iamAuthorizer({ principals, guard, region, accountId, apiId }: IamAuthorizerOptions): Authorize {
  const byKey = new Map(principals.map((principal) => [principal.accessKeyId, principal]));
  return async (request): Promise<Decision> => {
    const signature = readSignature(request);
    const principal = signature && byKey.get(signature.accessKeyId);
    if (!principal || !(await isAuthentic(request, signature, principal, region))) return refused;
    const resource = `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${request.method}${request.path}`;
    if (!guard.decide({ action: 'execute-api:Invoke', resource }, principal).isAllowed) return refused;
    const { accessKeyId, arn: userArn } = principal;
    const callerId = `AIDA${accessKeyId.slice(4)}`;
    return {
      kind: 'allow',
      authorizer: {
        iam: {
          accessKey: accessKeyId,
          accountId,
          callerId,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn,
          userId: callerId,
        },
      },
    };
  };
}

interface Signature {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly time: Date;
}

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const datePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function readSignature({ headers }: GatewayRequest): Signature | undefined {
  const [, accessKeyId, scope, signedHeaders, signature] = authorizationPattern.exec(headers.authorization ?? '') ?? [];
  const date = headers['x-amz-date'] ?? '';
  const time = new Date(date.replace(datePattern, '$1-$2-$3T$4:$5:$6Z'));
  if (!accessKeyId || !scope || !signedHeaders || !signature || Number.isNaN(time.getTime())) return undefined;
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature, time };
}

/** Signs the request anew with the principal's secret and compares. */
async function isAuthentic(
  request: GatewayRequest,
  { scope, signedHeaders, signature, time }: Signature,
  credentials: Credentials,
  region: string,
): Promise<boolean> {
  if (Math.abs(Date.now() - time.getTime()) > maxSkewMs) return false;
  const day = time.toISOString().slice(0, 10).replaceAll('-', '');
  if (scope !== `${day}/${region}/execute-api/aws4_request` || !signedHeaders.includes('host')) return false;
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? '']));
  // The signer believes this header, so it has to be true.
  const claimedHash = headers['x-amz-content-sha256'];
  if (claimedHash !== undefined && claimedHash !== sha256(request.body)) return false;
  const { authorization = '' } = await sign({ ...request, headers }, credentials, {
    region,
    service: 'execute-api',
    time,
  });
  const expected = authorization.slice(-signature.length);
  return expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
