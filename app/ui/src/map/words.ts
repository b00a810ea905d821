// Words of the map, loaded with it.
import { addMessages } from '../app/i18n'
import en from '../locales/en/map'
import zh from '../locales/zh-CN/map'

addMessages('map', zh, en)
