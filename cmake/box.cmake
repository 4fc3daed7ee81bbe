# mohr_box(NAME FOLDER... [EXCEPT FILE...]): a static library of all .cc files directly in these folders.
function(mohr_box name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;EXCEPT" ${ARGN})
  set(sources)
  foreach(folder ${ARG_FOLDERS})
    get_filename_component(folder ${folder} ABSOLUTE)  # "." would stay in the names, and EXCEPT would not find them
    file(GLOB found CONFIGURE_DEPENDS ${folder}/*.cc)
    list(APPEND sources ${found})
  endforeach()
  foreach(file ${ARG_EXCEPT})
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_library(${name} STATIC ${sources})
endfunction()

# mohr_module(NAME FILE... LINK LIB...): a library loaded at first use, so that programs start without what it links (pki/core/module.h).
function(mohr_module name)
  cmake_parse_arguments(ARG "" "" "FILES;LINK" ${ARGN})
  add_library(mohr-${name} MODULE ${ARG_FILES})
  set_target_properties(mohr-${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/mohr)
  target_link_libraries(mohr-${name} PRIVATE ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY MOHR_MODULES mohr-${name})
endfunction()
