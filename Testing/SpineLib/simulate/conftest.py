"""Cases that several tests of the simulator look at; made once a session."""

import pytest

from SpineLib.simulate import AxialCase, LumbarCase, axial_case, lumbar_case


@pytest.fixture(scope="session")
def neck() -> AxialCase:
    return axial_case("cervical", "degenerative", seed=1)


@pytest.fixture(scope="session")
def chest() -> AxialCase:
    return axial_case("thoracic", "metastatic", seed=2)


@pytest.fixture(scope="session")
def back() -> LumbarCase:
    return lumbar_case(seed=1)
