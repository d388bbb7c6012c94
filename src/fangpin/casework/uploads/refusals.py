"""What is said when a department may not send something."""

from __future__ import annotations

from fangpin.values.problem import Problem, ProblemError


def not_permitted() -> ProblemError:
    """The post may not do this."""
    return ProblemError(
        Problem(
            code="ACT_NOT_PERMITTED",
            where="upload",
            zh="您的岗位不能办理这一项。",
            en="Your post may not do this.",
            fix_zh="请由该部门的数据责任人办理。",
            fix_en="Leave it to the department's data owner.",
        )
    )


def feed_unknown() -> ProblemError:
    """No such feed, or one of another department: the two are not told apart."""
    return ProblemError(
        Problem(
            code="FEED_UNKNOWN",
            where="upload",
            zh="没有这个数据源，或者它不归您的部门报送。",
            en="There is no such feed, or it is not your department's to send.",
            fix_zh="请从清单中选择本部门的数据源。",
            fix_en="Choose one of your department's feeds.",
        )
    )


def token_unknown(token_no: str) -> ProblemError:
    """No such token within the scope."""
    return ProblemError(
        Problem(
            code="TOKEN_UNKNOWN",
            where=f"token {token_no[:20]}",
            zh="没有这个令牌。",
            en="There is no such token.",
            fix_zh="用 fangpin feed token list 查看编号。",
            fix_en="See the numbers with fangpin feed token list.",
        )
    )


def department_unknown(department: str, known: list[str]) -> ProblemError:
    """The pack has no such department."""
    listed = ", ".join(known)
    return ProblemError(
        Problem(
            code="DEPARTMENT_UNKNOWN",
            where="token",
            zh=f"没有这个部门：{department[:40]}；可用：{listed}。",
            en=f"There is no department {department[:40]}; there are: {listed}.",
            fix_zh="请写部门的代码。",
            fix_en="Write the department's code.",
        )
    )
