import { render } from 'preact'
import { App } from './shell/app.tsx'
import { loadCatalog } from './state/catalog.ts'
import { followAddress } from './state/store.ts'
import { followTheme } from './state/theme.ts'
import { followCost } from './words/view-command.ts'
import { followFields } from './state/fields.ts'
import { followKeys } from './shell/keys.tsx'

followAddress()
followCost()
followTheme()
followFields()
followKeys()
void loadCatalog()
render(<App />, document.body)
