import type { Stack } from 'aws-cdk-lib';

/** How findings of cdk-nag write an ARN: with `<AWS::Region>` for a pseudo parameter, and likewise for a resource. */
export function arnInFindings(stack: Stack, arn: string): string {
  const resolved: string | { 'Fn::Join': [string, (string | { Ref: string })[]] } = stack.resolve(arn);
  if (typeof resolved === 'string') return resolved;
  const [, parts] = resolved['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}
