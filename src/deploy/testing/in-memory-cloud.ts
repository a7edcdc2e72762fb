import type { CloudPorts } from '../ports.ts'
import { fakeBuckets } from './fake-buckets.ts'
import { fakeSourceBuckets } from './fake-source-buckets.ts'
import { fakeServices } from './fake-services.ts'
import { FakeStacks, type FakeStack } from './fake-stacks.ts'
import { World } from './world.ts'

/**
 * AWS in memory, as far as deploying looks at it; each service says in its own file what it keeps to.
 * Faults are set on public fields by the test that needs them.
 */
export class InMemoryCloud extends World {
  readonly stacks = new FakeStacks(this)
  readonly ports: CloudPorts = {
    ...fakeServices(this),
    stacks: this.stacks,
    buckets: fakeBuckets(this),
    sourceBuckets: fakeSourceBuckets(this),
  }

  /** The latest stack; a deleted one stays. */
  get stack(): FakeStack | undefined {
    return this.stacks.latest
  }

  set stack(stack: FakeStack | undefined) {
    this.stacks.latest = stack
  }
}
