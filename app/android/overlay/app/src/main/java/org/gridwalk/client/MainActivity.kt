package org.gridwalk.client

import android.os.Bundle
import android.os.Environment
import android.view.WindowManager
import androidx.activity.enableEdgeToEdge

/** The one window. No picture of it is taken: not by a screenshot, not by a recording, not for the list of recent apps. */
class MainActivity : TauriActivity() {
  override fun onCreate(savedInstanceState: Bundle?) {
    window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
    enableEdgeToEdge()
    forgetCameraFiles()
    super.onCreate(savedInstanceState)
  }

  /**
   * The camera writes its picture as it took it, with place and time in it, into a folder of this app. The engine keeps a re-encoded and encrypted
   * copy; what is left of an earlier run goes before this one begins.
   */
  private fun forgetCameraFiles() {
    getExternalFilesDir(Environment.DIRECTORY_PICTURES)?.listFiles()?.forEach { it.delete() }
  }
}
