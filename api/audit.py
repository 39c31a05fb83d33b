"""The auditor's view over HTTP: verification and replay."""

from fastapi import APIRouter

router = APIRouter()
