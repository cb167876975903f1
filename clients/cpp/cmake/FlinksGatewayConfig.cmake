# find_package(FlinksGateway CONFIG REQUIRED): `FlinksGateway::client`, and `FlinksGateway::stubs` beneath it.
include(${CMAKE_CURRENT_LIST_DIR}/FlinksGatewayDependencies.cmake)
if(TARGET FlinksGateway::grpc)
  include(${CMAKE_CURRENT_LIST_DIR}/FlinksGatewayTargets.cmake)
else()
  set(FlinksGateway_FOUND FALSE)
endif()
