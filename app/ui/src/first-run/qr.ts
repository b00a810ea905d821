// The invite's square, read from a picture by the platform's own reader where it has one. No library and no live camera: one picture is enough, and
// where the platform cannot read it the invite is pasted.

interface Detector {
  detect(image: ImageBitmap): Promise<{ rawValue: string }[]>
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

const reader = () => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector

/** Can this device read such a square? */
export async function canReadQr(): Promise<boolean> {
  return (await reader()?.getSupportedFormats().catch((): string[] => []))?.includes('qr_code') ?? false
}

/** What the picture says; null when no square was found in it. */
export async function readQr(picture: Blob): Promise<string | null> {
  const found = reader()
  if (!found) return null
  const image = await createImageBitmap(picture)
  try {
    return (await new found({ formats: ['qr_code'] }).detect(image))[0]?.rawValue.trim() || null
  } finally {
    image.close()
  }
}
