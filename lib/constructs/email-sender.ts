import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';

/** The address that emails are sent from. SES sends a message to it, with a link that its owner has to follow. */
export class EmailSender extends Construct {
  public readonly identity: EmailIdentity;
  private readonly address: string;

  constructor(scope: Construct, id: string, address: string) {
    super(scope, id);
    this.address = address;
    this.identity = new EmailIdentity(this, 'Identity', { identity: Identity.email(address) });
  }

  /** Lets the function send from this address alone, and tells it the address. */
  grant(target: LambdaFunction): void {
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['ses:SendEmail'], resources: [this.identity.emailIdentityArn] }),
    );
    target.addEnvironment('MAIL_FROM', this.address);
  }
}
