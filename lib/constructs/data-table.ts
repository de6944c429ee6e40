import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionSpec } from '../functions.ts';
import type { Settings } from '../settings.ts';

const indexName = 'gsi1';
/** Partition keys of the audit trail, as a pattern of IAM. */
const trailKeys = 'AUDIT#*';

/** Whatever can change or remove an item that is there. */
const changing = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'] as const;
const adding = ['PutItem', 'PartiQLInsert'] as const;
const writing: readonly string[] = [...adding, ...changing];

/** What a function may do with the table. */
export interface TableRights extends Pick<FunctionSpec, 'table' | 'index'> {
  /**
   * May add entries to the audit trail, and change none.
   * @default may not write to it at all
   */
  readonly appendsToTrail?: true;
}

type DataTableSettings = Pick<Settings, 'ephemeral' | 'restoredTable' | 'restoredStreamArn'>;

/** The one table: a single index, TTL, and a stream from which everything that follows a commit is driven. */
export class DataTable extends Construct {
  public readonly table: ITableV2;
  public readonly streamArn: string;

  constructor(scope: Construct, id: string, settings: DataTableSettings) {
    super(scope, id);
    const { restoredTable, restoredStreamArn } = settings;
    if (restoredTable && restoredStreamArn) {
      this.table = TableV2.fromTableName(this, 'Table', restoredTable);
      this.streamArn = restoredStreamArn;
      return;
    }

    const table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName,
          partitionKey: { name: 'gsi1pk', type: AttributeType.STRING },
          sortKey: { name: 'gsi1sk', type: AttributeType.STRING },
          projectionType: ProjectionType.ALL,
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !settings.ephemeral,
      removalPolicy: settings.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    // The library's own class and interface differ in `undefined`, which `exactOptionalPropertyTypes` minds.
    this.table = table as ITableV2;
    // Not `tableStreamArn`, whose type allows for tables without a stream.
    this.streamArn = (table.node.defaultChild as CfnGlobalTable).attrStreamArn;
  }

  /** Gives the function these rights and the table's name together, so that neither is forgotten. */
  grant(target: LambdaFunction, rights: TableRights): void {
    const resources = [
      { actions: rights.table, arn: this.table.tableArn },
      { actions: rights.index, arn: `${this.table.tableArn}/index/${indexName}` },
    ];
    for (const { actions, arn } of resources) {
      if (actions.length === 0) continue;
      target.addToRolePolicy(
        new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [arn] }),
      );
    }
    if (rights.table.some((action) => writing.includes(action))) this.guardTrail(target, rights);
    target.addEnvironment('TABLE_NAME', this.table.tableName);
  }

  /** Keeps a function that writes off the audit trail, whatever else it is allowed some day. */
  private guardTrail(target: LambdaFunction, { appendsToTrail }: TableRights): void {
    const denied = appendsToTrail ? changing : writing;
    target.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: denied.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [trailKeys] } },
      }),
    );
  }
}
