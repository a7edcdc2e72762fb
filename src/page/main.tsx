import { render } from 'preact'
import { App } from './shell/app.tsx'
import { loadCatalog } from './state/catalog.ts'
import { followAddress, followTheme } from './state/store.ts'
import { followFields } from './state/fields.ts'
import { followKeys } from './shell/keys.tsx'

followAddress()
followTheme()
followFields()
followKeys()
void loadCatalog()
render(<App />, document.body)
