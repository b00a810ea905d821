// Screens of the head area.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import en from '../locales/en/head'
import zh from '../locales/zh-CN/head'

addMessages('head', zh, en)

export const headRoutes: RouteRecordRaw[] = []
