"""What a file's name means, by whole words only, and BIDS as BIDS defines it."""

import pytest

from SpineLib.dicom.file_name import fat_saturated_of, region_of, weighting_of


@pytest.mark.parametrize(
    ("name", "weighting", "region"),
    [
        # Subjects' codes and words that only look like a region or a sequence.
        ("C12_T2w", "T2", "unknown"),
        ("L5002_T2w", "T2", "unknown"),
        ("sub-C104_T2w", "T2", "unknown"),
        ("sub-05_medical_T2w", "T2", "unknown"),
        ("sub-01_T2w_merged", "T2", "unknown"),
        ("medicare_emerge_T1w", "T1", "unknown"),
        ("T2001_scan", "unknown", "unknown"),
        ("cervix_T2", "T2", "unknown"),
        ("PDX7_liver", "unknown", "unknown"),
        ("stirling_0007_T2", "T2", "unknown"),
        ("swift_T1", "T1", "unknown"),
        ("plumbum_T2", "T2", "unknown"),
        ("thoraco-lumbar_T2", "T2", "unknown"),
        ("CervicoThoracic_T2", "T2", "unknown"),
        ("lumbo-sacral_T2", "T2", "lumbar"),
        # Words of several languages, and glued ones.
        ("rachis_lombaire_T2", "T2", "lumbar"),
        ("Halswirbelsäule_T2_tse_sag", "T2", "cervical"),
        ("T2_TSE_Sag_LWS", "T2", "lumbar"),
        ("lumbar_t2_sagittal", "T2", "lumbar"),
        ("SagT2Lumbar", "T2", "lumbar"),
        ("t2 c-spine ax", "T2", "cervical"),
        ("L-Spine T1 FS", "T1", "lumbar"),
        ("columna_dorsal_T2", "T2", "thoracic"),
        ("torácica_T1w", "T1", "thoracic"),
        ("thoracolumbar_T2", "T2", "unknown"),
        ("cervical_thoracic_T2", "T2", "unknown"),
        # Weightings.
        ("12_t2", "T2", "unknown"),
        ("12_t2_SPACE", "T2", "unknown"),
        ("7_t1", "T1", "unknown"),
        ("t2_medic_tra", "T2*", "unknown"),
        ("ax_T2star", "T2*", "unknown"),
        ("ax_T2_star", "T2*", "unknown"),
        ("ax_t2*_fl2d", "T2*", "unknown"),
        ("T2_GRE_ax", "T2*", "unknown"),
        ("t2_tirm_sag", "STIR", "unknown"),
        ("STIR_sag", "STIR", "unknown"),
        ("pd_tse_fs", "PD", "unknown"),
        ("t1_to_t2", "unknown", "unknown"),
        ("T2_map", "unknown", "unknown"),
        ("t2map", "unknown", "unknown"),
        ("ax_t2_merge", "unknown", "unknown"),
        # BIDS: suffixes, entities, derivatives.
        ("sub-10062Ses1_run-1_T2starw", "T2*", "unknown"),
        ("sub-01_acq-lumbar_run-2_T2w", "T2", "lumbar"),
        ("sub-01_bp-cspine_T1w", "T1", "cervical"),
        ("sub-awesome_sequ-HWS_T2w", "T2", "cervical"),
        ("sub-lumbar01_ses-cervical_T2w", "T2", "unknown"),
        ("sub-01_space-T2w_T1w", "T1", "unknown"),
        ("sub-01_label-T1w_desc-x_T2w", "T2", "unknown"),
        ("sub-01_acq-stir_T2w", "STIR", "unknown"),
        ("sub-01_part-phase_T2starw", "unknown", "unknown"),
        ("sub-01_T2map", "unknown", "unknown"),
        ("sub-01_acq-T1w_mt-on_MTS", "unknown", "unknown"),
        ("sub-01_task-T2w_bold", "unknown", "unknown"),
        ("sub-01_T2w_label-SC_seg", "T2", "unknown"),
    ],
)
def test_a_name_means_what_its_whole_words_mean(name, weighting, region):
    assert (weighting_of(name), region_of(name)) == (weighting, region)


@pytest.mark.parametrize(
    ("name", "fat"),
    [
        ("T2_FS_sag", True), ("t2fs", True), ("sub-01_acq-fatsat_T2w", True), ("T1 fat sat", True),
        ("pd_spair", True), ("T2_offset", False), ("sub-FS_T2w", False), ("T2w", False),
    ],
)  # fmt: skip
def test_fat_suppression_is_told_by_whole_words_too(name, fat):
    assert fat_saturated_of(name) is fat
