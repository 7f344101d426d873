"""The measures as pages and the API read them: look-ups in what the refresher computed."""
