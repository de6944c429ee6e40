import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../local/event-pattern.ts';

const event = {
  eventName: 'MODIFY',
  size: 40,
  nothing: null,
  isNew: true,
  tags: ['a', 'b'],
  none: [],
  dynamodb: {
    Keys: { pk: { S: 'EVENT#1' } },
    NewImage: { status: { S: 'HELD' }, price: { N: '5' }, list: { L: [{ S: 'x' }, { N: '7' }] } },
  },
};
const compile = (pattern: unknown) => compilePattern(JSON.stringify(pattern), 'Feed (AWS::Pipes::Pipe)');
const image = (part: object) => ({ dynamodb: { NewImage: part } });

describe('a pattern matches', () => {
  test.each<[string, object]>([
    ['one of several values', { eventName: ['INSERT', 'MODIFY'] }],
    ['nested values, all of them', { eventName: ['MODIFY'], ...image({ status: { S: ['HELD'] } }) }],
    ['a number, null and a boolean', { size: [40], nothing: [null], isNew: [true] }],
    ['a member of a list', { tags: ['b', 'c'] }],
    ['an object in a list', image({ list: { L: { N: ['7'] } } })],
    ['a prefix', { dynamodb: { Keys: { pk: { S: [{ prefix: 'EVENT#' }] } } } }],
    ['a prefix or a value', { eventName: [{ prefix: 'X' }, 'MODIFY'] }],
    ['what exists', image({ status: { S: [{ exists: true }] } })],
    ['what does not exist', image({ other: { S: [{ exists: false }] } })],
    ['what does not exist in what does not exist', { dynamodb: { OldImage: { a: { S: [{ exists: false }] } } } }],
    ['an object as not existing, as on AWS', { dynamodb: [{ exists: false }] }],
    ['an empty list as not existing', { none: [{ exists: false }] }],
    ['anything but a value', { eventName: [{ 'anything-but': 'REMOVE' }] }],
    [
      'anything but several values',
      { eventName: [{ 'anything-but': ['REMOVE', 'INSERT'] }], size: [{ 'anything-but': 7 }] },
    ],
    ['a range of numbers', { size: [{ numeric: ['>', 39.5, '<=', 40] }] }],
    ['a number by comparison', { size: [{ numeric: ['=', 40] }] }],
    ['one of several patterns', { $or: [{ eventName: ['INSERT'] }, { size: [40] }] }],
    ['one of several patterns and what stands next to them', { $or: [{ a: [1] }, { size: [40] }], isNew: [true] }],
    [
      'one of several patterns further down, with several fields',
      {
        dynamodb: {
          $or: [{ Keys: { pk: { S: ['x'] } } }, { NewImage: { price: { N: ['5'] }, status: { S: ['HELD'] } } }],
        },
      },
    ],
    ['patterns within patterns', { $or: [{ a: [1] }, { size: [40], $or: [{ b: [1] }, { isNew: [true] }] }] }],
  ])('%s', (_name, pattern) => {
    expect(compile(pattern)(event)).toBe(true);
  });
});

describe('a pattern does not match', () => {
  test.each<[string, object]>([
    ['another value', { eventName: ['INSERT'] }],
    ['one value of two', { eventName: ['MODIFY'], ...image({ status: { S: ['CONFIRMED'] } }) }],
    ['a part of a value', { eventName: ['MOD'] }],
    ['a number as text', { size: ['40'] }],
    ['a text as number', image({ price: { N: [5] } })],
    ['a missing value', { dynamodb: { OldImage: { status: { S: ['HELD'] } } } }],
    ['a missing value as null', { missing: [null] }],
    ['an object by a value', { dynamodb: ['x'] }],
    ['another prefix', { eventName: [{ prefix: 'ODIFY' }] }],
    ['the prefix of a number', { size: [{ prefix: '4' }] }],
    ['what is missing as existing', image({ other: { S: [{ exists: true }] } })],
    ['what is there as not existing', image({ status: { S: [{ exists: false }] } })],
    ['an object as existing, as on AWS', { dynamodb: [{ exists: true }] }],
    ['anything but the value', { eventName: [{ 'anything-but': ['MODIFY'] }] }],
    ['anything but, of what is missing', { missing: [{ 'anything-but': 'x' }] }],
    ['a number out of range', { size: [{ numeric: ['>', 40] }] }],
    ['a text in a range', { eventName: [{ numeric: ['>', 0] }] }],
    ['none of several patterns', { $or: [{ eventName: ['INSERT'] }, { size: [41] }] }],
    ['one of several patterns without what stands next to them', { $or: [{ a: [1] }, { size: [40] }], isNew: [false] }],
    [
      'a half of each of several patterns',
      {
        $or: [
          { eventName: ['MODIFY'], size: [1] },
          { size: [40], isNew: [false] },
        ],
      },
    ],
  ])('%s', (_name, pattern) => {
    expect(compile(pattern)(event)).toBe(false);
  });
});

describe('a pattern is refused', () => {
  test.each<[string, unknown]>([
    ['$and is not known', { $and: [{ eventName: ['INSERT'] }] }],
    ['$or of the pattern takes two or more objects', { $or: [{ eventName: ['INSERT'] }] }],
    ['$or of the pattern takes two or more objects', { $or: { eventName: ['INSERT'] } }],
    ['$or of dynamodb takes two or more objects', { dynamodb: { $or: [{ Keys: { pk: { S: ['a'] } } }, 'b'] } }],
    ['$or of the pattern has the operator prefix in place of a field', { $or: [{ prefix: ['a'] }, { a: ['b'] }] }],
    ['the pattern is empty', { $or: [{}, { a: ['b'] }] }],
    ['the operator suffix of eventName is not known', { eventName: [{ suffix: 'T' }] }],
    [
      'the operator wildcard of dynamodb.Keys.pk.S is not known',
      { dynamodb: { Keys: { pk: { S: [{ wildcard: '*' }] } } } },
    ],
    ['needs exactly one operator', { eventName: [{ prefix: 'a', exists: true }] }],
    ['needs exactly one operator', { eventName: [{}] }],
    ['eventName is neither an object nor a list', { eventName: 'INSERT' }],
    ['eventName has no alternatives', { eventName: [] }],
    ['eventName has a list among', { eventName: [['INSERT']] }],
    ['dynamodb is empty', { dynamodb: {} }],
    ['the pattern is empty', {}],
    ['it is no JSON object', ['INSERT']],
    ['the prefix of eventName is no text', { eventName: [{ prefix: { 'equals-ignore-case': 'a' } }] }],
    ['exists of eventName is neither true nor false', { eventName: [{ exists: 'yes' }] }],
    ['anything-but of eventName takes texts and numbers', { eventName: [{ 'anything-but': { prefix: 'T' } }] }],
    ['anything-but of eventName takes texts and numbers', { eventName: [{ 'anything-but': [] }] }],
    ['numeric of size takes one or two comparisons', { size: [{ numeric: ['>', '5'] }] }],
    ['numeric of size takes one or two comparisons', { size: [{ numeric: ['!=', 5] }] }],
    ['numeric of size takes one or two comparisons', { size: [{ numeric: ['>'] }] }],
    ['numbers of DynamoDB are texts', image({ price: { N: [{ numeric: ['>', 1] }] } })],
  ])('%s', (fault, pattern) => {
    expect(() => compile(pattern)).toThrow(fault);
    expect(() => compile(pattern)).toThrow(`Feed (AWS::Pipes::Pipe) has the pattern ${JSON.stringify(pattern)}`);
  });

  test('that is no JSON', () => {
    expect(() => compilePattern('{', 'Feed')).toThrow('Feed has the pattern {, which is not understood');
  });
});
