/** Crockford's base 32, as ULIDs use it: https://github.com/ulid/spec */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A ULID of a moment and 80 bits that the caller chooses. The same request makes the same id, so a function that runs
 * twice for one request writes one item.
 *
 * @param timeMs milliseconds since 1970
 * @param entropy at least 10 bytes, say of a hash
 */
export function ulidOf(timeMs: number, entropy: Uint8Array): string {
  let time = '';
  for (let rest = timeMs, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = `${alphabet[rest % 32]}${time}`;
  let bits = 0n;
  for (const byte of entropy.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let random = '';
  for (let i = 0; i < 16; i += 1, bits >>= 5n) random = `${alphabet[Number(bits & 31n)]}${random}`;
  return time + random;
}
