/* STEP in and out of memory (spec/metrics.md 2.3).  Never through the document (CAF) reader: it opens files that the text
 * names. */
#include "cad/occt/occt_impl.hpp"

#include <APIHeaderSection_MakeHeader.hxx>
#include <IFSelect_CheckCounter.hxx>
#include <Interface_CheckIterator.hxx>
#include <Interface_Static.hxx>
#include <STEPControl_Controller.hxx>
#include <STEPControl_Reader.hxx>
#include <STEPControl_Writer.hxx>
#include <StepBasic_Product.hxx>
#include <StepData_Protocol.hxx>
#include <StepData_StepModel.hxx>
#include <StepData_StepWriter.hxx>
#include <TCollection_HAsciiString.hxx>
#include <XSControl_WorkSession.hxx>

#include <istream>
#include <sstream>
#include <streambuf>

using namespace cad_occt;

namespace
{

/* Reads memory in place. */
struct memory_buffer : std::streambuf {
    memory_buffer(const char *text, size_t len)
    {
        char *begin = const_cast<char *>(text);
        setg(begin, begin, begin + len);
    }
};

void step_settings()
{
    STEPControl_Controller::Init();
    Interface_Static::SetCVal("write.step.schema", "AP214IS");
    Interface_Static::SetCVal("write.step.unit", "MM");
    Interface_Static::SetCVal("xstep.cascade.unit", "MM");
    Interface_Static::SetIVal("write.surfacecurve.mode", 0);
    Interface_Static::SetIVal("write.step.assembly", 0); /* bodies of one part, no products of their own */
}

/* The kernel numbers its products through the life of the process; the part's name takes their place. */
void name_products(const Handle(StepData_StepModel) & model, const char *name)
{
    for (int i = 1; i <= model->NbEntities(); ++i) {
        const Handle(StepBasic_Product) product = Handle(StepBasic_Product)::DownCast(model->Entity(i));
        if (product.IsNull())
            continue;
        product->SetId(new TCollection_HAsciiString(name));
        product->SetName(new TCollection_HAsciiString(name));
    }
}

cad_status write_step(const cad_solid *s, const char *name, cad_buf *out)
{
    if (s->shape.IsNull())
        CAD_FAIL(CAD_EGEOM, "write STEP: there is no shape");
    const char *product = name && *name ? name : "part";
    step_settings();
    STEPControl_Writer writer;
    if (writer.Transfer(s->shape, STEPControl_AsIs) != IFSelect_RetDone)
        CAD_FAIL(CAD_EGEOM, "write STEP: the shape cannot be translated");
    const Handle(StepData_StepModel) model = writer.Model();
    name_products(model, product);
    APIHeaderSection_MakeHeader header(model);
    header.SetName(new TCollection_HAsciiString(product));
    header.SetTimeStamp(new TCollection_HAsciiString("2000-01-01T00:00:00"));
    header.SetAuthorValue(1, new TCollection_HAsciiString(""));
    header.SetOrganizationValue(1, new TCollection_HAsciiString(""));
    header.SetOriginatingSystem(new TCollection_HAsciiString("cadlm"));
    header.SetPreprocessorVersion(new TCollection_HAsciiString(cad_solid_kernel()));
    header.SetAuthorisation(new TCollection_HAsciiString(""));
    StepData_StepWriter text(model);
    text.SendModel(Handle(StepData_Protocol)::DownCast(writer.WS()->Protocol()));
    std::ostringstream stream;
    if (!text.Print(stream))
        CAD_FAIL(CAD_EGEOM, "write STEP: the text cannot be written");
    const std::string file = stream.str();
    return cad_buf_add(out, file.data(), file.size());
}

cad_status read_step(const char *text, size_t len, bool first_root, cad_solid **out)
{
    step_settings();
    STEPControl_Reader reader;
    memory_buffer buffer(text, len);
    std::istream stream(&buffer);
    const IFSelect_ReturnStatus status = reader.ReadStream("memory", stream);
    if (status != IFSelect_RetDone)
        CAD_FAIL(CAD_EPARSE, "read STEP: the reader refuses the text (status %d)", (int)status);
    cad_solid value;
    Interface_CheckIterator checks = reader.WS()->ModelCheckList();
    for (checks.Start(); checks.More(); checks.Next())
        value.model_check += checks.Value()->HasFailed();
    value.roots = reader.NbRootsForTransfer();
    for (int i = 1; first_root && i <= value.roots && reader.NbShapes() == 0; ++i)
        value.transferred += reader.TransferOneRoot(i);
    if (!first_root)
        value.transferred = reader.TransferRoots();
    if (reader.NbShapes() > 0)
        value.shape = reader.OneShape();
    return wrap(value, out);
}

} // namespace

extern "C" cad_status cad_solid_write_step(const cad_solid *s, const char *name, cad_buf *out)
{
    return guard("write STEP", [&] {
        init();
        return write_step(s, name, out);
    });
}

extern "C" cad_status cad_solid_read_step(const char *text, size_t len, cad_solid **out)
{
    return guard("read STEP", [&] {
        init();
        return read_step(text, len, false, out);
    });
}

extern "C" cad_status cad_solid_read_step_root(const char *text, size_t len, cad_solid **out)
{
    return guard("read STEP", [&] {
        init();
        return read_step(text, len, true, out);
    });
}
