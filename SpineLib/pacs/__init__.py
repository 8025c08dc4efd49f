"""Results to a PACS and studies from it, by DIMSE (pynetdicom) or DICOMweb (dicomweb-client)."""
