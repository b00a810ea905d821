// The demo page: three devices in frames and the story beside them.

import '../style/tokens.css'
import '../style/base.css'
