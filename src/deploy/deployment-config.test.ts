import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDeploymentConfig, serializeDeploymentConfig } from './deployment-config.ts'

const MINIMAL = { name: 'shop', region: 'eu-west-1' }

test('a name and a Region are enough: everything else has a default', () => {
  expect(parseDeploymentConfig(MINIMAL)).toMatchObject({
    index: { id: 'mock-sales', retentionDays: 30 },
    functions: { arch: 'arm64', indexerMemoryMb: 3008, searcherMemoryMb: 3008 },
    generator: { everyMinutes: 5, docs: 100_000 },
    api: true,
    monthlyBudgetUsd: 0,
  })
})

test('what is saved is read back as it was', () => {
  const settings = fc.record(
    {
      generator: fc.oneof(
        fc.constant(false),
        fc.record({ everyMinutes: fc.integer({ min: 1, max: 1440 }) }),
      ),
      api: fc.boolean(),
      firehose: fc.boolean(),
      alarms: fc.constantFrom('none', 'essential', 'all'),
      functions: fc.record({ indexerTimeoutSeconds: fc.constantFrom(120, 300, 900) }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(settings, (given) => {
      const config = parseDeploymentConfig({ ...MINIMAL, ...given })
      const saved: unknown = JSON.parse(JSON.stringify(serializeDeploymentConfig(config)))
      expect(parseDeploymentConfig(saved)).toEqual(config)
    }),
  )
})

describe('a setting that cannot be is refused by its path', () => {
  test.each([
    [{ ...MINIMAL, name: 'My Shop' }, 'name'],
    [{ name: 'shop' }, '`region`: this setting is mandatory'],
    [{ ...MINIMAL, functions: { indexerMemoryMb: 64 } }, 'functions.indexerMemoryMb'],
    [{ ...MINIMAL, functions: { indexerTimeoutSeconds: 60 } }, 'functions.indexerTimeoutSeconds'],
    [{ ...MINIMAL, functions: { settings: { PATH: 'x' } } }, 'functions.settings.PATH'],
    [
      { ...MINIMAL, functions: { settings: { QW_LAMBDA_DISABLE_MERGE: 'maybe' } } },
      'functions.settings.QW_LAMBDA_DISABLE_MERGE',
    ],
    [{ ...MINIMAL, generator: { everyMinutes: 0.5 } }, 'generator.everyMinutes'],
    [{ ...MINIMAL, generator: { interval: 5 } }, 'generator.interval'],
    [{ ...MINIMAL, apiKey: 'secret' }, '`apiKey`: unknown setting'],
    [{ ...MINIMAL, monthlyBudgetUsd: 5 }, 'notifyEmail'],
    ['shop', 'expected an object'],
  ])('%j', (given, path) => {
    expect(() => parseDeploymentConfig(given)).toThrow(path)
  })
})
