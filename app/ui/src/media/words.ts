// Words of photos and recordings, for whichever page shows them first.
import { addMessages } from '../app/i18n'
import en from '../locales/en/media'
import zh from '../locales/zh-CN/media'

addMessages('media', zh, en)
