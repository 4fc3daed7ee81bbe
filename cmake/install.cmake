# What `cmake --install` puts where: the program, libmohr with its header, the modules beside it, find_package(mohr) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY MOHR_MODULES)
install(TARGETS mohr_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS mohr EXPORT mohr-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS ${modules} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/mohr)
install(FILES embed/mohr.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES docs/report.schema.json docs/attributes.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

target_include_directories(mohr INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(EXPORT mohr-targets NAMESPACE mohr:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/mohr)
file(WRITE ${CMAKE_BINARY_DIR}/mohr-config.cmake "include(\${CMAKE_CURRENT_LIST_DIR}/mohr-targets.cmake)\n")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/mohr-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/mohr-config.cmake ${CMAKE_BINARY_DIR}/mohr-config-version.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/mohr)

configure_file(cmake/mohr.pc.in ${CMAKE_BINARY_DIR}/mohr.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/mohr.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
