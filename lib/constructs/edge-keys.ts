import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * The secret that the edge sends along, by which functions know what came through it.
 *
 * HTTP APIs have neither a firewall nor a policy of their own, and their one address serves whoever finds it. An
 * authorizer could look at the header, but a route has one authorizer, and those of ours check tokens and signatures.
 */
export class EdgeKeys extends Construct {
  /** What the edge sends. */
  public readonly current: string;
  private readonly accepted: readonly string[];

  constructor(scope: Construct, id: string, { edgeKey }: Pick<Settings, 'edgeKey'>) {
    super(scope, id);
    this.current = this.secretOf(edgeKey);
    // The one before too, because edge locations go on sending it until the deployment has reached them all.
    this.accepted = edgeKey > 1 ? [this.current, this.secretOf(edgeKey - 1)] : [this.current];
  }

  /** Makes the function refuse requests without a key. */
  demandedBy(target: LambdaFunction): void {
    target.addEnvironment('EDGE_KEYS', this.accepted.join(','));
  }

  private secretOf(edgeKey: number): string {
    const secret = new Secret(this, `Key${edgeKey}`, {
      description: `Sent by CloudFront with each request, key ${edgeKey}`,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'CloudFront and the functions read it at deployment, so a deployment with the next edgeKey rotates it.',
    });
    // A reference that CloudFormation resolves; the value is in no template.
    return secret.secretValue.unsafeUnwrap();
  }
}
