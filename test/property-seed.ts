import fc from 'fast-check'

// In CI a red run has to mean the change, so property tests draw the same values there each time;
// everywhere else they look in new places, and a failure prints its seed.
if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 1 })
