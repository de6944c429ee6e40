import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccountRecovery, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionSpec } from '../functions.ts';
import type { Settings } from '../settings.ts';

/** People: a user pool with sign-up by email, one public client, and the group `organizers`. */
export class Identity extends Construct {
  public readonly userPool: UserPool;
  public readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, settings: Pick<Settings, 'ephemeral'>) {
    super(scope, id);

    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // A changed address counts only once it is verified.
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      // Length protects, rules of composition do not: NIST SP 800-63B, section 3.1.1.2.
      passwordPolicy: {
        minLength: 12,
        requireLowercase: false,
        requireUppercase: false,
        requireDigits: false,
        requireSymbols: false,
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: !settings.ephemeral,
      removalPolicy: settings.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    Validations.of(this.userPool).acknowledge(
      {
        id: 'AwsSolutions-COG1',
        reason: 'Twelve characters at least; NIST SP 800-63B advises against composition rules.',
      },
      {
        id: 'AwsSolutions-COG2',
        reason: 'Ticket buyers sign in by password alone: a second factor would cost sales.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason: 'Threat protection of the plus plan costs per user; the API throttles sign-in.',
      },
    );

    this.client = this.userPool.addClient('Client', {
      generateSecret: false,
      authFlows: { userPassword: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });

    this.userPool.addGroup('Organizers', {
      groupName: 'organizers',
      description: 'May create events and manage their own.',
    });
  }

  /** Gives the function these rights and the ids that go with them. */
  grant(target: LambdaFunction, rights: Pick<FunctionSpec, 'userPool' | 'knowsClient'>): void {
    if (rights.userPool.length > 0) {
      const actions = rights.userPool.map((action) => `cognito-idp:${action}`);
      target.addToRolePolicy(new PolicyStatement({ actions, resources: [this.userPool.userPoolArn] }));
      target.addEnvironment('USER_POOL_ID', this.userPool.userPoolId);
    }
    if (rights.knowsClient) target.addEnvironment('USER_POOL_CLIENT_ID', this.client.userPoolClientId);
  }
}
