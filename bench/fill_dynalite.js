// Puts list records of users 1 to N straight into the files of a dynalite that does not run; through its door a million take hours.
//
//     node bench/fill_dynalite.js FOLDER TABLE N < items.json      the items take turns; each gets its user's number
'use strict'

const { readFileSync } = require('node:fs')
const database = require('dynalite/db')

const BATCH = 500 // records

const [folder, table, people] = process.argv.slice(2)
const items = JSON.parse(readFileSync(0, 'utf8'))
const store = database.create({ path: folder })

store.getTable(table, async (error, definition) => {
  if (error) throw error
  const records = store.getItemDb(table)
  const keys = []
  for (let user = 1; user <= Number(people); user++) {
    keys.push([database.createKey({ userID: { N: String(user) } }, definition), user])
  }
  // In the order of the files, which then need not be merged again and again.
  keys.sort(([one], [other]) => (one < other ? -1 : 1))
  for (let first = 0; first < keys.length; first += BATCH) {
    const puts = keys.slice(first, first + BATCH).map(([key, user]) => {
      const number = { N: String(user) }
      return { type: 'put', key, value: { ...items[user % items.length], userID: number, built_at: number } }
    })
    await new Promise((resolve, reject) => records.batch(puts, (failure) => (failure ? reject(failure) : resolve())))
  }
  process.exit(0)
})
