import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * Where alarms go to, encrypted. The key is our own, because CloudWatch may not use the one that AWS manages for SNS.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export class AlarmTopic extends Construct {
  public readonly topic: Topic;

  constructor(scope: Construct, id: string, settings: Pick<Settings, 'stage' | 'alarmEmail'>) {
    super(scope, id);

    const masterKey = new Key(this, 'Key', {
      description: `Evently ${settings.stage}: messages about alarms`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      // It protects messages on their way, and nothing that is kept.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', { displayName: `Evently ${settings.stage}`, masterKey, enforceSSL: true });
    // A policy of our own, as the one for TLS, replaces the one that lets the account's alarms publish.
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    });
    this.topic.grantPublish(alarms);
    if (settings.alarmEmail) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
  }
}
