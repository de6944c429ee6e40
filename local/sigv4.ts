import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The parts of a request that a signature covers. */
export interface SignableRequest {
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  /** Lower-case names; only those that are to be signed, with `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly time: Date;
}

/**
 * Signs a request with SigV4.
 *
 * @returns the headers to send: those of the request, `x-amz-date` and `authorization`.
 */
export async function sign(
  request: SignableRequest,
  credentials: Credentials,
  { region, service, time }: SigningScope,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: request.headers.host ?? '',
      path: request.path,
      query: readQuery(request.queryString),
      headers: { ...request.headers },
      body: request.body,
    },
    { signingDate: time, signableHeaders: new Set([...Object.keys(request.headers), 'x-amz-date']) },
  );
  return signed.headers;
}

function readQuery(queryString: string): Record<string, string | string[]> {
  const parameters = new URLSearchParams(queryString);
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
}

/** SHA-256, and HMAC with it where there is a key, in the form that the signer asks for. */
class Sha256 {
  #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : toBytes(secret);
    this.#hash = this.#start();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
